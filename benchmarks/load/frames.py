"""As much of WebSocket frames as a load generator needs.

Specification: RFC 6455 section 5.2.
"""

from typing import NamedTuple

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10

#: Not zero, because a server may save the work of unmasking then.
_MASK = b"\x37\xfa\x21\x3d"
_FINAL, _OPCODE, _MASKED, _LENGTH = 0x80, 0x0F, 0x80, 0x7F
_SHORT, _MEDIUM, _LONG = 125, 126, 127


class Frame(NamedTuple):
    """Where the payload of a frame starts and ends in what was received."""

    opcode: int
    start: int
    end: int


def masked(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame of a client."""
    size = len(payload)
    if size <= _SHORT:
        length = bytes([_MASKED | size])
    elif size < 1 << 16:
        length = bytes([_MASKED | _MEDIUM]) + size.to_bytes(2)
    else:
        length = bytes([_MASKED | _LONG]) + size.to_bytes(8)
    return bytes([_FINAL | opcode]) + length + _MASK + _xor(payload)


def first_frame(data: bytes, at: int) -> Frame | None:
    """The frame of a server that starts at ``at``; None where it is not whole."""
    if len(data) < at + 2:
        return None
    size, start = data[at + 1] & _LENGTH, at + 2
    if size > _SHORT:
        extended = 2 if size == _MEDIUM else 8
        if len(data) < start + extended:
            return None
        size, start = int.from_bytes(data[start : start + extended]), start + extended
    end = start + size
    return Frame(data[at] & _OPCODE, start, end) if end <= len(data) else None


def _xor(payload: bytes) -> bytes:
    size = len(payload)
    mask = (_MASK * (size // 4 + 1))[:size]
    return (int.from_bytes(payload) ^ int.from_bytes(mask)).to_bytes(size)
