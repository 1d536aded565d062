"""WebSockets: RFC 6455 between bytes and messages, and what is on its way to a client."""
