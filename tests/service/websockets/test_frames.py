"""WebSocket frames as bytes.

Specification: client-protocols section 2.1.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import close_payload, server_frames
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.service.websockets.frames import (
    NO_CODE,
    PING,
    close_frame,
    frame,
    parse_close,
    pong_frame,
    wire_bytes,
)

SENDABLE_CODES = [1000, 1001, 1002, 1003, *range(1007, 1015), 3000, 3999, 4000, 4999]


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, b"\x81\x00"),
        (125, b"\x81\x7d"),
        (126, b"\x81\x7e\x00\x7e"),
        (65_535, b"\x81\x7e\xff\xff"),
        (65_536, b"\x81\x7f\x00\x00\x00\x00\x00\x01\x00\x00"),
    ],
)
def test_length_takes_the_shortest_form(size: int, head: bytes) -> None:
    """RFC 6455 section 5.2 wants the minimal number of bytes for a length."""
    assert frame(FrameKind.TEXT, b"x" * size) == head + b"x" * size


def test_frames_follow_each_other_on_the_wire() -> None:
    """Several frames become one piece of bytes, in order."""
    frames = (Frame(FrameKind.TEXT, b"a"), Frame(FrameKind.BINARY, b"\x00"))
    assert wire_bytes(frames) == b"\x81\x01a\x82\x01\x00"


def test_ping_and_pong() -> None:
    """A ping carries nothing; a pong carries what the client's ping did."""
    assert server_frames(PING + pong_frame(b"abc")) == [(9, b""), (10, b"abc")]


@pytest.mark.parametrize(
    ("code", "reason", "payload"),
    [
        (1000, "", b"\x03\xe8"),
        (1008, "no", b"\x03\xf0no"),
        (NO_CODE, "unsaid", b""),
        (1000, "x" * 200, b"\x03\xe8" + b"x" * 123),
        (1000, "é" * 62, b"\x03\xe8" + "é".encode() * 61),
    ],
)
def test_close_frame(code: int, reason: str, payload: bytes) -> None:
    """A close frame fits into a control frame, and a reason is cut between characters."""
    assert server_frames(close_frame(code, reason)) == [(8, payload)]


@pytest.mark.parametrize("code", SENDABLE_CODES)
def test_codes_a_client_may_send(code: int) -> None:
    """Registered and application codes are understood."""
    assert parse_close(close_payload(code, "bye")) == (code, "bye")


@pytest.mark.parametrize(
    "payload",
    [
        b"\x03",
        *(close_payload(code) for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000)),
        b"\x03\xe8\xff",
    ],
)
def test_invalid_close_payloads(payload: bytes) -> None:
    """Codes that are never on the wire, half a code and a reason that is not UTF-8 are invalid."""
    assert parse_close(payload) is None


def test_closing_without_a_code() -> None:
    """An empty close frame reads as the code that means there is none."""
    assert parse_close(b"") == (NO_CODE, "")


@given(st.binary(max_size=125))
def test_any_close_payload_is_read_or_invalid(payload: bytes) -> None:
    """Whatever a client puts into a close frame, it is read without an exception."""
    read = parse_close(payload)
    assert read is None or read[0] == NO_CODE or close_payload(*read) == payload


@given(st.sampled_from(SENDABLE_CODES), st.text(max_size=300))
def test_what_we_send_a_peer_can_read(code: int, reason: str) -> None:
    """Every close frame of ours is one that we would understand, with the beginning of the
    reason."""
    ((_, payload),) = server_frames(close_frame(code, reason))
    read = parse_close(payload)
    assert read is not None
    assert read[0] == code
    assert reason.startswith(read[1])
