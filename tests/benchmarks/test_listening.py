"""What the load hears: it counts whole messages, however they come, and answers what it must.

Specification: RFC 6455 section 5.2.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress

import pytest

from benchmarks.load import compiled, listening
from benchmarks.load.acknowledging import EVERY, SCATTER
from benchmarks.load.frames import BINARY, PING, PONG, TEXT, masked
from benchmarks.load.listening import Listener, PureListener
from benchmarks.load.meter import IDLE
from benchmarks.load.websockets import Client, Endpoint, connect, leave

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: any\r\n\r\n"
MESSAGE = "x" * 64

Say = Callable[[socket.socket], None]


def _frame(payload: bytes, opcode: int = TEXT) -> bytes:
    """As a server sends it."""
    data = bytearray(masked(b"", opcode)[:1])
    size = len(payload)
    data += bytes([size]) if size <= 125 else bytes([126]) + size.to_bytes(2)
    return bytes(data) + payload


@contextmanager
def _server(say: Say) -> Iterator[int]:
    """Says something when its only client has: in a thread, for compiled code lets no other run."""

    def serve() -> None:
        accepted, _ = server.accept()
        with closing(accepted):
            accepted.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            accepted.recv(4096)
            accepted.sendall(ACCEPTED)
            accepted.recv(len(masked(MESSAGE.encode())))
            say(accepted)
            gone.wait(10)

    gone = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1]
        gone.set()
        thread.join(10)
        assert not thread.is_alive()


@pytest.fixture(params=["compiled", "pure"])
def listen_to(request: pytest.FixtureRequest) -> Callable[[Endpoint], Listener]:
    """Both ways. Whoever runs the tests has a compiler, because a part of the package needs one."""
    if request.param == "compiled":
        assert compiled.library()
        return listening.listening
    return lambda _endpoint: PureListener()


async def _client(endpoint: Endpoint, listener: Listener) -> Client:
    (client,) = await connect([endpoint], text=MESSAGE)
    listener.add([client])
    client.send()
    return client


def _pieces(data: bytes, sizes: Sequence[int]) -> Iterator[bytes]:
    for size in sizes:
        yield data[:size]
        data = data[size:]
    yield data


FRAMES = {
    "small": [_frame(b"x" * 64)] * 3,
    "medium": [_frame(b"x" * 300)] * 2,
    "of different sizes": [_frame(b"x" * 64), _frame(b"y" * 3), _frame(b""), _frame(b"z" * 4000)],
    "with a ping between": [_frame(b"x" * 64), _frame(b"are you there", PING), _frame(b"x" * 64)],
}


@pytest.mark.parametrize("sizes", [(), (1,), (2, 1), (3, 70), (66, 66), (67, 1, 63), (100, 1, 1)])
@pytest.mark.parametrize("frames", FRAMES.values(), ids=list(FRAMES))
async def test_messages_count_once_they_are_whole(
    frames: Sequence[bytes], sizes: Sequence[int], listen_to: Callable[[Endpoint], Listener]
) -> None:
    """However they are cut, and whatever is between them."""
    told = threading.Event()

    def say(client: socket.socket) -> None:
        for piece in _pieces(b"".join(frames), sizes):
            client.sendall(piece)
            told.wait(0.002)

    with _server(say) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listen_to(endpoint)
        expected = sum(frame[0] & 0x0F == TEXT for frame in frames)
        listener.expect(expected)
        client = await _client(endpoint, listener)
        await listener.done()
        assert listener.heard == expected
        await leave([client])


async def test_the_bytes_of_messages_are_counted_where_a_frame_has_several(
    listen_to: Callable[[Endpoint], Listener],
) -> None:
    """The server's word, which is answered, is not among them."""
    heard: list[bytes] = []

    def say(client: socket.socket) -> None:
        client.sendall(_frame(b"abc", BINARY) + _frame(b"HI", BINARY) + _frame(b"d" * 200, BINARY))
        heard.append(client.recv(4096))

    with _server(say) as port:
        endpoint = Endpoint(
            port=port, path="/", opcode=BINARY, answers={b"HI": "HO"}, size_of=lambda _text: 1
        )
        listener = listen_to(endpoint)
        listener.expect(203)
        client = await _client(endpoint, listener)
        await listener.done()
        assert listener.heard == 203
        await listener.listen(0.05)
        await leave([client])
    assert heard == [masked(b"HO", BINARY)]


async def test_pings_are_answered(listen_to: Callable[[Endpoint], Listener]) -> None:
    """Also by compiled code, which leaves them to Python."""
    heard: list[bytes] = []

    def say(client: socket.socket) -> None:
        client.sendall(_frame(b"there?", PING))
        heard.append(client.recv(4096))

    with _server(say) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listen_to(endpoint)
        client = await _client(endpoint, listener)
        await listener.listen(0.05)
        await leave([client])
    assert heard == [masked(b"there?", PONG)]


async def test_a_client_answers_when_it_has_what_it_awaits(
    listen_to: Callable[[Endpoint], Listener],
) -> None:
    """Three messages, of which one comes alone, and later two, which are too few."""
    heard: list[bytes] = []

    def say(client: socket.socket) -> None:
        client.sendall(_frame(MESSAGE.encode()))
        client.sendall(_frame(MESSAGE.encode()) * 2)
        heard.append(client.recv(4096))
        client.sendall(_frame(MESSAGE.encode()) * 2)
        with suppress(ConnectionResetError):
            heard.append(client.recv(4096))

    with _server(say) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listen_to(endpoint)
        listener.answer_after(3)
        listener.expect(5)
        client = await _client(endpoint, listener)
        await listener.done()
        assert listener.heard == 5
        await leave([client])
    assert heard == [endpoint.frame(MESSAGE)]


async def test_a_client_answers_as_often_as_it_has_what_it_awaits(
    listen_to: Callable[[Endpoint], Listener],
) -> None:
    """Also when all comes at once; what came before it was told to does not count."""
    heard: list[bytes] = []

    def say(client: socket.socket) -> None:
        client.sendall(_frame(MESSAGE.encode()))
        client.recv(1)
        client.sendall(_frame(MESSAGE.encode()) * 5)
        heard.append(client.recv(4096))

    with _server(say) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listen_to(endpoint)
        client = await _client(endpoint, listener)
        listener.expect(1)
        await listener.done()
        listener.answer_after(2)
        listener.expect(5)
        client.write(b"x")
        await listener.done()
        assert listener.answers == 2
        await leave([client])
    assert heard[0].startswith(endpoint.frame(MESSAGE))


async def test_clients_acknowledge_at_times_of_their_own(
    listen_to: Callable[[Endpoint], Listener],
) -> None:
    """What they have, with what came before they were told to."""
    times = [EVERY, EVERY - SCATTER]
    heard: dict[int, bytes] = {}

    def speaker(messages: int) -> Say:
        def say(client: socket.socket) -> None:
            client.sendall(_frame(MESSAGE.encode()) * (messages - 1))
            client.recv(1)
            client.sendall(_frame(MESSAGE.encode()))
            heard[messages] = client.recv(4096)

        return say

    with ExitStack() as stack:
        ports = [stack.enter_context(_server(speaker(messages))) for messages in times]
        endpoints = [Endpoint(port=port, path="/") for port in ports]
        listener = listen_to(endpoints[0])
        listener.expect(sum(times) - len(times))
        clients = [await _client(endpoint, listener) for endpoint in endpoints]
        await listener.done()
        listener.acknowledge()
        listener.expect(len(times))
        for client in clients:
            client.write(b"x")
        await listener.done()
        await listener.listen(0.05)
        await leave(clients)
    acknowledged = b'{"type":"sequenceAck","sequenceId":%d}'
    assert heard == {messages: masked(acknowledged % messages) for messages in times}


async def test_what_a_socket_does_not_take_at_once_is_sent_later(
    listen_to: Callable[[Endpoint], Listener],
) -> None:
    """In order, while others are listened to."""
    sent = bytes(range(256)) * (1 << 15)
    heard = bytearray()

    def say(client: socket.socket) -> None:
        while len(heard) < 2 * len(sent):
            heard.extend(client.recv(1 << 16))
        client.sendall(_frame(b"all of it"))

    with _server(say) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listen_to(endpoint)
        client = await _client(endpoint, listener)
        listener.expect(1)
        client.write(sent)
        client.write(sent)
        await listener.done()
        await leave([client])
    assert heard == sent * 2


async def test_a_message_that_does_not_come_is_missed(
    listen_to: Callable[[Endpoint], Listener],
) -> None:
    """After a while, by how many are missing."""
    with _server(lambda client: client.sendall(_frame(b"one"))) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listen_to(endpoint)
        listener.expect(3)
        client = await _client(endpoint, listener)
        with pytest.raises(RuntimeError, match="2 messages or bytes have not come"):
            await listener.done(0.05)
        await leave([client])


@pytest.mark.parametrize("shares_core", [False, True])
async def test_who_has_a_core_to_itself_does_not_sleep_at_once(shares_core: bool) -> None:
    """And knows what of its time was not work."""
    library = compiled.library()
    if library is None:
        pytest.skip("without a compiler the event loop listens")
    with _server(lambda client: client.sendall(_frame(b"one"))) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = compiled.CompiledListener(library, endpoint, shares_core=shares_core)
        client = await _client(endpoint, listener)
        before = IDLE.seconds
        await listener.listen(0.02)
        assert (IDLE.seconds > before) is not shares_core
        await leave([client])


async def test_a_connection_that_ends_is_told_of() -> None:
    """By compiled code at once: nobody waits for what cannot come."""
    with _server(lambda client: client.shutdown(socket.SHUT_WR)) as port:
        endpoint = Endpoint(port=port, path="/")
        listener = listening.listening(endpoint)
        listener.expect(1)
        client = await _client(endpoint, listener)
        with pytest.raises(RuntimeError, match="the server has ended a connection"):
            await listener.done()
        await leave([client])


async def test_without_a_compiler_the_event_loop_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a system without epoll."""
    monkeypatch.setenv("PATH", "")
    compiled.library.cache_clear()
    try:
        assert isinstance(listening.listening(Endpoint(port=1, path="/")), PureListener)
    finally:
        compiled.library.cache_clear()
