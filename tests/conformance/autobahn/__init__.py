"""The Autobahn test suite judges our WebSocket layer."""
