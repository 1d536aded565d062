"""What many clients are sent at once goes past their transports, and nothing else changes.

Specification: client-protocols section 2.1.
"""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvloop

from tests.service.fakes import JSON_SUBPROTOCOL, ManualLoop, begin_run
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.outgoing import sending
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.outgoing.sending import (
    BETWEEN,
    Batch,
    Direct,
    direct_way,
    inbound,
)

CODEC = codec_for(JSON_SUBPROTOCOL)
LOOPS = {"asyncio": asyncio.new_event_loop, "uvloop": uvloop.new_event_loop}


class Client:
    """Both ends of one connection, and an outbox on the server's."""

    def __init__(
        self,
        transport: asyncio.Transport,
        end: socket.socket,
        flusher: Flusher,
        overflows: list[str],
    ) -> None:
        self.transport = transport
        self.end = end
        self.outbox = Outbox(
            transport, CODEC, flusher, ServiceSettings(), lambda: overflows.append("full")
        )

    async def read(self, size: int) -> bytes:
        """So many bytes, or as many as there are before the end."""
        loop, read = asyncio.get_running_loop(), b""
        while len(read) < size:
            data = await asyncio.wait_for(loop.sock_recv(self.end, 1 << 20), 5)
            if not data:
                break
            read += data
        return read


class Server(asyncio.Protocol):
    """Tells its outbox how fast the client reads."""

    outbox: Outbox | None = None

    def pause_writing(self) -> None:
        if self.outbox is not None:
            self.outbox.pause()

    def resume_writing(self) -> None:
        if self.outbox is not None:
            self.outbox.resume()


@asynccontextmanager
async def connected(flusher: Flusher, overflows: list[str] | None = None) -> AsyncIterator[Client]:
    """A connection over loopback."""
    loop = asyncio.get_running_loop()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        end = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
    end.setblocking(False)
    accepted.setblocking(False)
    transport, protocol = await loop.connect_accepted_socket(Server, accepted)
    client = Client(transport, end, flusher, overflows if overflows is not None else [])
    protocol.outbox = client.outbox
    try:
        yield client
    finally:
        transport.abort()
        end.close()
        await asyncio.sleep(0)


@pytest.fixture(params=sorted(LOOPS))
def runner(request: pytest.FixtureRequest) -> asyncio.Runner:
    """An event loop of either kind."""
    return asyncio.Runner(loop_factory=LOOPS[request.param])


def test_the_compiled_part_is_built() -> None:
    """Where the tests run there is a compiler, so that both ways are tested."""
    if os.environ.get("WEBPUBSUB_PURE"):
        pytest.skip("the package was to be built without it")
    assert sending.send_each is not None
    assert sending.send_same is not None
    assert sending.is_readable is not None


class Socket:
    """A way to a socket that is written to."""

    def __init__(self, clear_fileno: int) -> None:
        self.clear_fileno = clear_fileno


def test_the_same_is_sent_to_some() -> None:
    """To those between two places who are not apart; who could not be sent all of it is told."""
    assert sending.send_same is not None
    pairs = [socket.socketpair() for _ in range(3)]
    for mine, _ in pairs:
        mine.setblocking(False)
    first, second, third = (Socket(mine.fileno()) for mine, _ in pairs)
    ways = [first, second, busy := Socket(-1), third]
    assert sending.send_same(ways, 0, 3, BETWEEN, 0, b"a", {second: None}, -1) == (3, [(busy, -1)])
    assert pairs[0][1].recv(9) == b"a"
    much = b"x" * 50_000_000
    reached, [(way, sent)] = sending.send_same(ways, 1, 2, BETWEEN, 0, much, {}, -1)
    assert (reached, way) == (2, second)
    assert 0 < sent < len(much)
    assert sending.send_same(ways, 1, 2, BETWEEN, 0, b"b", {}, -1) == (2, [(second, 0)])
    for pair in pairs:
        for end in pair:
            end.close()


def test_it_is_looked_for_others_now_and_then() -> None:
    """After some sends that took long enough; where there is something to read, the others are not
    sent anything."""
    assert sending.send_same is not None
    (mine, theirs), (others, somebody) = socket.socketpair(), socket.socketpair()
    ways = [Socket(mine.fileno())] * 20
    assert sending.send_same(ways, 0, 20, BETWEEN, 0, b"a", {}, others.fileno()) == (20, [])
    somebody.send(b"hello")
    assert sending.send_same(ways, 3, 20, BETWEEN, 0, b"a", {}, others.fileno()) == (
        3 + BETWEEN,
        [],
    )
    assert len(theirs.recv(99)) == 20 + BETWEEN
    for end in (mine, theirs, others, somebody):
        end.close()


def test_an_event_loop_has_something_to_do(runner: asyncio.Runner) -> None:
    """When somebody has sent something that was not read yet; whether that is known or not."""
    is_readable = sending.is_readable
    assert is_readable is not None
    assert inbound(ManualLoop().asyncio) == -1
    assert not is_readable(-1)

    async def scenario() -> None:
        fileno = inbound(loop := asyncio.get_running_loop())
        mine, theirs = socket.socketpair()
        mine.setblocking(False)
        await loop.sock_sendall(mine, b"a")
        read = loop.create_task(loop.sock_recv(mine, 9))
        for _ in range(9):
            await asyncio.sleep(0)
        assert not is_readable(fileno)
        theirs.send(b"hello")
        assert is_readable(fileno)
        assert await read == b"hello"
        for end in (mine, theirs):
            end.close()

    with runner:
        runner.run(scenario())


def test_places_of_what_was_not_sent_whole() -> None:
    """A socket that takes nothing, takes a part, or is gone, does not keep the others from it."""
    assert sending.send_each is not None
    pairs = [socket.socketpair() for _ in range(3)]
    for mine, _ in pairs:
        mine.setblocking(False)
    much = b"x" * 50_000_000
    filenos = [mine.fileno() for mine, _ in pairs]
    [(place, sent), gone] = sending.send_each(
        [*filenos[:2], -1, filenos[2]], [b"a", much, b"b", b"c"]
    )
    assert (place, gone) == (1, (2, 0))
    assert 0 < sent < len(much)
    assert sending.send_each([filenos[1]], [b"d"]) == [(0, 0)]
    assert (pairs[0][1].recv(9), pairs[2][1].recv(9)) == (b"a", b"c")
    for pair in pairs:
        for end in pair:
            end.close()


@pytest.mark.parametrize("compiled", [True, False])
def test_everything_arrives_in_order(
    runner: asyncio.Runner, monkeypatch: pytest.MonkeyPatch, compiled: bool
) -> None:
    """However much it is, and whatever part of it the socket takes at once."""
    if not compiled:
        monkeypatch.setattr(sending, "send_each", None)
    chunks = [bytes([number]) * 10 ** (number % 7) for number in range(28)]

    async def scenario() -> None:
        flusher = Flusher(asyncio.get_running_loop())
        async with connected(flusher) as client:
            expected = b""
            for chunk in chunks:
                client.outbox.append(chunk[:1])
                client.outbox.append(chunk)
                expected += chunk[:1] + chunk
                await asyncio.sleep(0)
                await asyncio.sleep(0)
            assert await client.read(len(expected)) == expected
            client.outbox.append(b"the last")
            client.outbox.finish()
            client.transport.close()
            assert await client.read(1 << 30) == b"the last"

    with runner:
        runner.run(scenario())


def test_what_a_transport_holds_is_not_overtaken(runner: asyncio.Runner) -> None:
    """The answer to a handshake may still wait in it."""

    async def scenario() -> None:
        flusher = Flusher(asyncio.get_running_loop())
        async with connected(flusher) as client:
            first = b"1" * 30_000_000
            client.transport.write(first)
            client.outbox.append(b"2")
            flusher.flush()
            assert await client.read(len(first) + 1) == first + b"2"

    with runner:
        runner.run(scenario())


def test_a_closed_transport_is_sent_nothing(runner: asyncio.Runner) -> None:
    """The number of its socket may be that of another client's by now."""

    async def scenario() -> None:
        flusher = Flusher(asyncio.get_running_loop())
        async with connected(flusher) as client, connected(flusher) as other:
            for one in (client, other):
                one.outbox.append(b"a")
            flusher.flush()
            client.transport.abort()
            for one in (client, other):
                one.outbox.append(b"b")
            flusher.flush()
            assert await other.read(2) == b"ab"
            assert (await client.read(2)).startswith(b"a")

    with runner:
        runner.run(scenario())


@pytest.mark.parametrize("end", ["abort", "close", "client"])
def test_a_lost_connection_is_reported_before_its_number_is_free(
    runner: asyncio.Runner, end: str
) -> None:
    """So an outbox that is told of it never writes to a socket that is another client's."""

    async def scenario() -> None:
        async with connected(Flusher(asyncio.get_running_loop())) as client:
            fileno = client.transport.get_extra_info("socket").fileno()
            reported = asyncio.Event()

            class Watching(asyncio.Protocol):
                def connection_lost(self, exc: Exception | None) -> None:
                    os.fstat(fileno)
                    reported.set()

            client.transport.set_protocol(Watching())
            if end == "client":
                client.end.close()
            else:
                getattr(client.transport, end)()
            await asyncio.wait_for(reported.wait(), 5)

    with runner:
        runner.run(scenario())


def test_the_same_is_sent_to_many_past_their_transports(runner: asyncio.Runner) -> None:
    """A run goes to all sockets; what one of them does not take, its transport sends."""

    async def scenario() -> None:
        flusher = Flusher(asyncio.get_running_loop())
        async with connected(flusher) as one, connected(flusher) as other:
            clients, sent = (one, other), b""
            for chunk in (b"opening", b"1" * 30_000_000, b"2" * 1000, b"3"):
                frames = [Frame(FrameKind.BINARY, chunk)]
                run = begin_run(flusher, CODEC, [client.outbox for client in clients])
                run.say(Delivery(Message(DataType.BINARY, chunk)), {CODEC: frames}.__getitem__)
                for _ in range(9):
                    await asyncio.sleep(0)
                assert run.is_over
                sent += wire_bytes(frames)
            assert one.outbox.clear_fileno < 0, "the transport has much to send"
            assert [await client.read(len(sent)) for client in clients] == [sent, sent]

    with runner:
        runner.run(scenario())


def test_what_is_no_socket_is_written_to_as_it_is() -> None:
    """Encryption is the business of a transport; what has been put in place of one is one."""

    class Encrypting:
        def write(self, data: bytes) -> None: ...

        def is_closing(self) -> bool:
            return False

        def get_extra_info(self, name: str) -> object:
            return f"some {name}"

    class Plain:
        def write(self, data: bytes) -> None: ...

        def is_closing(self) -> bool:
            return False

    assert direct_way(Encrypting()) is None
    assert direct_way(Plain()) is None


def test_nothing_is_sent_twice() -> None:
    """A transport that fails to take the rest of one client's bytes does not repeat the others'."""

    class Failing(asyncio.Transport):
        def write(self, data: bytes | bytearray | memoryview) -> None:
            raise OSError("broken")

        def is_closing(self) -> bool:
            return False

    pairs = [socket.socketpair() for _ in range(2)]
    one, other = (mine.fileno() for mine, _ in pairs)
    way = Direct(Failing(), -1)
    batch = Batch()
    batch.add(way, one, b"a")
    batch.add(way, -1, b"a")
    batch.add(way, other, b"b")
    with pytest.raises(OSError, match="broken"):
        batch.send()
    batch.send()
    assert [theirs.recv(9) for _, theirs in pairs] == [b"a", b"b"]
    for pair in pairs:
        for end in pair:
            end.close()
