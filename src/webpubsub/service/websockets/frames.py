"""WebSocket frames as bytes, from server to client (RFC 6455 sections 5.2, 5.5 and 7.4)."""

from collections.abc import Sequence
from struct import Struct

from webpubsub.protocol.clients.codec import Frame

_FINAL = 0x80
_CLOSE = 0x8
_PONG = 0xA

_SHORT = Struct(">BB").pack
_MEDIUM = Struct(">BBH").pack
_LONG = Struct(">BBQ").pack

#: A ping without payload.
PING = b"\x89\x00"

#: What a client that closes without a code is said to have sent; never on the wire.
NO_CODE = 1005

#: Codes that RFC 6455 section 7.4 keeps off the wire, or does not define.
_NEVER_SENT = frozenset({1004, NO_CODE, 1006, 1015, *range(1016, 3000)})
_MAX_REASON_BYTES = 123


def frame(opcode: int, payload: bytes) -> bytes:
    """One unfragmented, unmasked frame: what a server sends."""
    size = len(payload)
    if size < 126:
        return _SHORT(_FINAL | opcode, size) + payload
    if size < 65_536:
        return _MEDIUM(_FINAL | opcode, 126, size) + payload
    return _LONG(_FINAL | opcode, 127, size) + payload


def wire_bytes(frames: Sequence[Frame]) -> bytes:
    """The bytes of some frames, ready to be written."""
    if len(frames) == 1:
        return frame(frames[0].kind, frames[0].payload)
    return b"".join([frame(one.kind, one.payload) for one in frames])


def pong_frame(payload: bytes) -> bytes:
    """The answer to a ping with this payload."""
    return frame(_PONG, payload)


def close_frame(code: int, reason: str = "") -> bytes:
    """A close frame. ``NO_CODE`` makes an empty one; a reason over 123 bytes is cut between
    characters."""
    if code == NO_CODE:
        return frame(_CLOSE, b"")
    text = reason.encode()[:_MAX_REASON_BYTES].decode(errors="ignore").encode()
    return frame(_CLOSE, code.to_bytes(2) + text)


def parse_close(payload: bytes) -> tuple[int, str] | None:
    """The code and reason in a client's close frame, or None when the frame is invalid.

    An empty payload reads as ``NO_CODE``.
    """
    if not payload:
        return NO_CODE, ""
    code = int.from_bytes(payload[:2])
    if len(payload) < 2 or not 1000 <= code < 5000 or code in _NEVER_SENT:
        return None
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        return None
