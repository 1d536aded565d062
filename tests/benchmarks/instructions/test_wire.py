"""A client without a socket."""

import asyncio
from contextlib import closing

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.instructions.wire import Sink, Wire, text_frame
from tests.service.fakes import client_frame


class Echo(asyncio.Protocol):
    """Writes what it is sent, once per turn."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Wire)
        self.wire = transport

    def data_received(self, data: bytes) -> None:
        asyncio.get_running_loop().call_soon(self.wire.writelines, [data, b"!"])


async def test_what_is_written_is_waited_for() -> None:
    """And counted."""
    wire = Wire(Echo())
    wire.send(b"hello")
    await wire.until(6)
    assert (wire.writes, wire.size, wire.last) == (1, 6, b"hello!")


async def test_a_server_that_does_not_answer_is_told_of() -> None:
    """Instead of being waited for for ever."""
    wire = Wire(Echo())
    wire.send(b"hello")
    with pytest.raises(RuntimeError, match="has written 6 bytes and not 7"):
        await wire.until(7)


async def test_a_server_may_write_past_the_transport() -> None:
    """Into a sink, which tells of it."""
    with closing(Sink()) as sink:
        wire = Wire(Echo(), sink)
        wire.get_extra_info("socket").send(b"hello")
        wire.get_extra_info("socket").send(b"!")
        assert sink.taken() == [5, 1]
        assert sink.taken() == []
        assert wire.size == 0
    assert Wire(Echo()).get_extra_info("socket") is None


@given(st.binary(max_size=0xFFFF))
def test_a_frame_is_what_a_client_with_a_mask_of_zeros_sends(text: bytes) -> None:
    """The rest of it is as any other client's."""
    frame, masked = text_frame(text), client_frame(1, text)
    head = len(frame) - len(text)
    assert frame[: head - 4] == masked[: head - 4]
    assert frame[head - 4 :] == bytes(4) + text


def test_a_message_that_is_too_long_is_refused() -> None:
    """No path sends one."""
    with pytest.raises(ValueError, match="65536 bytes"):
        text_frame(bytes(0x10000))
