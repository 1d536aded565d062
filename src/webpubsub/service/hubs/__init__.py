"""Hubs: who is in them, and everything that can be done with them."""
