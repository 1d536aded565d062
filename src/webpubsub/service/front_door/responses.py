"""What a client reads in answer to its handshake. Specification: client-protocols sections 1.4 and
1.6.
"""

import base64
import hashlib
from http import HTTPStatus

from webpubsub.protocol.refusals import Refusal

_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def upgrade_response(key: str, subprotocol: str | None) -> bytes:
    """The answer that completes a WebSocket handshake (RFC 6455 section 4.2.2)."""
    accept = base64.b64encode(hashlib.sha1(key.encode() + _GUID).digest())  # noqa: S324
    agreed = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n" + agreed.encode() + b"\r\n"
    )


def refusal_response(refusal: Refusal) -> bytes:
    """The answer that turns a client away, with a short text."""
    status = refusal.kind.http_status or 500
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Refused"
    body = (refusal.wire_message or phrase).encode()
    head = (
        f"HTTP/1.1 {status} {phrase}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body
