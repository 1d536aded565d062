"""What the load reads and writes of frames.

Specification: RFC 6455 section 5.2.
"""

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.load.frames import PING, TEXT, Frame, first_frame, masked
from tests.service.fakes import client_frame

SIZES = st.sampled_from([0, 1, 125, 126, 65535, 65536]) | st.integers(0, 300)


def _unmasked(payload: bytes, opcode: int = TEXT) -> bytes:
    size = len(payload)
    if size <= 125:
        return bytes([0x80 | opcode, size]) + payload
    if size < 1 << 16:
        return bytes([0x80 | opcode, 126]) + size.to_bytes(2) + payload
    return bytes([0x80 | opcode, 127]) + size.to_bytes(8) + payload


@given(SIZES)
def test_a_frame_is_found_once_it_is_whole(size: int) -> None:
    """Whatever comes before and after it."""
    frame = _unmasked(b"x" * size)
    data = b"before" + frame + _unmasked(b"after", PING)
    assert first_frame(data, 6) == Frame(TEXT, 6 + len(frame) - size, 6 + len(frame))
    assert first_frame(data[: 6 + len(frame) - 1], 6) is None
    assert first_frame(data[:7], 6) is None


@given(SIZES)
def test_a_frame_of_a_client_is_masked(size: int) -> None:
    """So that a server that unmasks it has the same payload."""
    payload = bytes(number % 251 for number in range(size))
    frame = masked(payload)
    head = len(frame) - size
    mask = frame[head - 4 : head]
    assert any(mask)
    assert bytes(byte ^ mask[at % 4] for at, byte in enumerate(frame[head:])) == payload
    assert frame[: head - 4] == client_frame(TEXT, payload)[: head - 4]
