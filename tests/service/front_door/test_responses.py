"""What a client reads in answer to its handshake.

Specification: client-protocols sections 1.4 and 1.6.
"""

import pytest

from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.handshake import CONNECT_REFUSED
from webpubsub.service.front_door.responses import refusal_response, upgrade_response


def test_the_answer_to_a_handshake() -> None:
    """The example of RFC 6455 section 1.3, with and without a subprotocol, without extensions."""
    plain = upgrade_response("dGhlIHNhbXBsZSBub25jZQ==", None)
    assert plain == (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
    )
    agreed = upgrade_response("dGhlIHNhbXBsZSBub25jZQ==", "Chat.V1")
    assert agreed == plain[:-2] + b"Sec-WebSocket-Protocol: Chat.V1\r\n\r\n"


@pytest.mark.parametrize(
    ("status", "text", "first_line", "body"),
    [
        (403, "", b"HTTP/1.1 403 Forbidden", b"Forbidden"),
        (403, "Geh weg, Böser.", b"HTTP/1.1 403 Forbidden", "Geh weg, Böser.".encode()),
        (499, "", b"HTTP/1.1 499 Refused", b"Refused"),
        (None, "", b"HTTP/1.1 500 Internal Server Error", b"Internal Server Error"),
    ],
)
def test_the_answer_that_turns_away(
    status: int | None, text: str, first_line: bytes, body: bytes
) -> None:
    """A status, a short text, and the end of the connection."""
    kind = type(CONNECT_REFUSED)(code="x", checked="x", wanted="x", remedy="x", http_status=status)
    answer = refusal_response(Refusal(kind=kind, seen="x", wire_message=text))
    head, _, found = answer.partition(b"\r\n\r\n")
    assert head.startswith(first_line + b"\r\n")
    assert b"Connection: close" in head
    assert b"Content-Length: %d" % len(body) in head
    assert found == body
