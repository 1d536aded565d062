"""The real-time service: WebSocket clients, groups, REST API, webhooks."""
