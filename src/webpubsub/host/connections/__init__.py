"""The services that bindings name: how they are reached, and the client for one elsewhere."""
