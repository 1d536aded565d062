"""Requests of a service to the webhook of an app."""

import json
from typing import Any

from webpubsub.protocol.cloud_events import signature
from webpubsub.protocol.cloud_events.wire import Headers, WebhookRequest

KEY = "7aab239577fd4f24bc919802fb629f5f"
ORIGIN = "service.example"
CONNECT_BODY = {
    "claims": {},
    "query": {},
    "headers": {},
    "subprotocols": ["p1"],
    "clientCertificates": [],
}
MQTT = [("ce-subprotocol", "mqtt"), ("ce-physicalConnectionId", "pc")]


def request(
    name: str = "message",
    body: Any = b"hi",
    *,
    method: str = "POST",
    content_type: str = "text/plain",
    more: Headers = (),
    origin: str | None = ORIGIN,
    **changed: str | None,
) -> WebhookRequest:
    """An event of hub ``chat`` as a service sends it; ``ce_hub=None`` leaves a header out."""
    system = name in ("connect", "connected", "disconnected")
    headers: dict[str, str | None] = {
        "WebHook-Request-Origin": origin,
        "Content-Type": "application/json" if system else content_type,
        "ce-type": f"azure.webpubsub.{'sys' if system else 'user'}.{name}",
        "ce-eventName": name,
        "ce-hub": "chat",
        "ce-connectionId": "c1",
        "ce-signature": signature("c1", [KEY]),
    }
    headers |= {key.replace("_", "-"): value for key, value in changed.items()}
    pairs = [(key, value) for key, value in headers.items() if value is not None]
    encoded = body if isinstance(body, bytes) else json.dumps(body).encode()
    return WebhookRequest(method=method, headers=[*pairs, *more], body=encoded)
