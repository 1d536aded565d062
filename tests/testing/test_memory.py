"""Connections without sockets behave as asyncio's own do."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.testing.memory import MemoryTransport, join


class End(asyncio.Protocol):
    """Remembers what happens to it."""

    def __init__(self, *, keeps_open: bool = False) -> None:
        self.heard: list[str] = []
        self.data = b""
        self.keeps_open = keeps_open

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.heard.append("made")

    def data_received(self, data: bytes) -> None:
        self.data += data

    def eof_received(self) -> bool:
        self.heard.append("eof")
        return self.keeps_open

    def connection_lost(self, exc: Exception | None) -> None:
        self.heard.append("lost")

    def pause_writing(self) -> None:
        self.heard.append("pause")

    def resume_writing(self) -> None:
        self.heard.append("resume")


class Buffered(asyncio.BufferedProtocol):
    """Takes three bytes at a time."""

    def __init__(self) -> None:
        self.buffer = bytearray(3)
        self.data = b""

    def get_buffer(self, sizehint: int) -> bytearray:
        return self.buffer

    def buffer_updated(self, nbytes: int) -> None:
        self.data += self.buffer[:nbytes]


async def turns(count: int = 5) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


def joined(far: End | None = None) -> tuple[End, End, MemoryTransport, MemoryTransport]:
    """Two ends and their transports."""
    one, other = End(), far or End()
    near = join(one, other)
    return one, other, near, near.peer


@given(pieces=st.lists(st.binary(max_size=20), max_size=10))
def test_what_is_written_arrives_in_order(pieces: list[bytes]) -> None:
    """In both directions, whether the other end has a buffer of its own or not."""

    async def exchange() -> None:
        one, other, near, far = joined()
        for piece in pieces:
            near.write(piece)
        far.writelines(pieces)
        assert other.data == b""  # not before the next turn
        await turns()
        assert one.data == other.data == b"".join(pieces)
        buffered = Buffered()
        far.set_protocol(buffered)
        near.write(b"".join(pieces))
        await turns()
        assert buffered.data == b"".join(pieces)

    asyncio.run(exchange())


async def test_a_protocol_may_hand_over_in_the_middle() -> None:
    """What is left of a piece goes to the next one."""

    class Handing(Buffered):
        def buffer_updated(self, nbytes: int) -> None:
            super().buffer_updated(nbytes)
            transport.set_protocol(after)

    after, before = End(), Handing()
    near = join(End(), before)
    transport = near.peer
    near.write(b"abcdef")
    await turns()
    assert (before.data, after.data) == (b"abc", b"def")


async def test_who_closes_is_gone_after_what_was_sent() -> None:
    """The other end hears of it, and is gone too unless it keeps open."""
    one, other, near, far = joined()
    near.write(b"bye")
    near.close()
    near.write(b"too late")
    await turns()
    assert one.heard == ["made", "lost"]
    assert (other.data, other.heard) == (b"bye", ["made", "eof", "lost"])
    assert near.is_closing()
    assert far.is_closing()


async def test_half_a_connection_can_end() -> None:
    """Whoever says that nothing more comes can still listen."""
    one, other, near, far = joined(End(keeps_open=True))
    near.write_eof()
    near.write(b"nothing")
    await turns()
    far.write(b"still here")
    await turns()
    assert (one.data, other.data, other.heard) == (b"still here", b"", ["made", "eof"])


async def test_who_does_not_read_is_waited_for() -> None:
    """Nothing is delivered, the end of the connection neither; too much holds the writer up."""
    one, other, near, far = joined()
    far.pause_reading()
    near.write(b"x" * 70_000)
    assert one.heard == ["made", "pause"]
    assert near.get_write_buffer_size() == 70_000
    near.close()
    await turns()
    assert (other.data, other.heard) == (b"", ["made"])
    far.resume_reading()
    await turns()
    assert len(other.data) == 70_000
    assert other.heard[-2:] == ["eof", "lost"]


async def test_the_writer_goes_on_when_there_is_room() -> None:
    """As soon as the other end has read."""
    one, _, near, far = joined()
    far.pause_reading()
    near.write(b"x" * 70_000)
    far.resume_reading()
    await turns()
    assert one.heard == ["made", "pause", "resume"]


@pytest.mark.parametrize("end", [MemoryTransport.close, MemoryTransport.abort])
async def test_the_end_is_told_once(end: Callable[[MemoryTransport], None]) -> None:
    """However often both ends say it."""
    one, other, near, far = joined()
    for transport in (near, far, near):
        end(transport)
    far.write(b"late")
    await turns()
    assert one.heard.count("lost") == other.heard.count("lost") == 1
    assert one.data == b""


async def test_it_has_addresses_and_no_socket() -> None:
    """Which is what servers ask for."""
    _, other, near, _ = joined()
    assert near.get_extra_info("peername")[0] == "127.0.0.1"
    assert near.get_extra_info("socket") is None
    assert near.get_extra_info("sslcontext", "none") == "none"
    assert near.can_write_eof()
    assert near.is_reading()
    assert near.get_protocol() is not other
