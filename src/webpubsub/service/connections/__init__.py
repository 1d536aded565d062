"""Connections: sessions that are carried by a WebSocket, and what their clients ask for."""
