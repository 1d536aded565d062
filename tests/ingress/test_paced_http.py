"""HTTP connections whose clients are slow, and those that are too slow.

Specification: functions-python section 5.2.
"""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.service.wire import until
from webpubsub.ingress.pace import UNREAD_SECONDS
from webpubsub.ingress.paced_http import Handler, PacedServer
from webpubsub.testing.clock import Clock

HEAD_SECONDS = 10.0
GET = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LAST = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


class Client:
    """Reads only when it is asked to. The system takes ``size`` bytes for it, or as few as it
    can."""

    def __init__(self, server: PacedServer, size: int) -> None:
        self._server = server
        self._socket, self._served = socket.socketpair()
        self._served.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, size)
        self._socket.setblocking(False)

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        made = await loop.connect_accepted_socket(self._server, self._served)
        self.transport, self._connection = made

    async def say(self, data: bytes) -> None:
        """Have it arrive, and be answered as far as it is."""
        self._socket.send(data)
        for _ in range(30):
            await asyncio.sleep(0)

    async def read(self, size: int) -> bytes:
        heard = asyncio.get_running_loop().sock_recv(self._socket, size)
        return await asyncio.wait_for(heard, 10)

    async def read_to(self, end: bytes) -> None:
        heard = b""
        while not heard.endswith(end):
            heard += await self.read(65_536)

    async def asks(self) -> bool:
        """Whether a request is answered."""
        await self.say(GET)
        return (await self.read(65_536)).startswith(b"HTTP/1.1 200 OK")

    @property
    def is_connected(self) -> bool:
        return self._connection in self._server.connections

    def leave(self) -> None:
        self._socket.close()


@asynccontextmanager
async def serving(handler: Handler, size: int = 1) -> AsyncIterator[tuple[Client, Clock]]:
    """One client and the time by which it is served."""
    clock = Clock()
    server = PacedServer(handler, after=clock.call_later, head_seconds=HEAD_SECONDS)
    client = Client(server, size)
    await client.connect()
    try:
        yield client, clock
    finally:
        client.leave()
        await server.shutdown(1)


async def nothing(_: web.BaseRequest) -> web.StreamResponse:
    return web.Response()


def sending(size: int) -> Handler:
    """So many bytes."""

    async def send(_: web.BaseRequest) -> web.StreamResponse:
        return web.Response(body=b"x" * size)

    return send


@pytest.mark.parametrize("before", [0, 2])
async def test_a_head_must_come_in_time(before: int) -> None:
    """The first one and later ones, however many pieces come meanwhile."""
    async with serving(nothing) as (client, clock):
        for _ in range(before):
            assert await client.asks()
        for piece in (GET[:9], GET[9:10]):
            await client.say(piece)
            await clock.advance(HEAD_SECONDS / 2 - 1)
        assert client.is_connected
        await clock.advance(2)
        await until(lambda: not client.is_connected)


async def test_between_requests_there_is_time() -> None:
    """As much as keep-alive allows, also after a head in pieces."""
    async with serving(nothing) as (client, clock):
        for _ in range(3):
            await client.say(GET[:9])
            await clock.advance(HEAD_SECONDS - 1)
            await client.say(GET[9:])
            assert (await client.read(65_536)).startswith(b"HTTP/1.1 200 OK")
            await clock.advance(600)


async def test_a_body_and_what_is_made_of_it_may_take_longer() -> None:
    """These are of no concern here; neither are pauses in an answer, nor who asks ahead."""
    release = asyncio.Semaphore(0)

    async def stream(request: web.BaseRequest) -> web.StreamResponse:
        assert await request.content.read() == b"abc"
        await release.acquire()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"d")
        await release.acquire()
        return response

    async with serving(stream) as (client, clock):
        await client.say(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n")
        for piece in (b"a", b"b", b"c", GET[:9]):
            await clock.advance(600)
            await client.say(piece)
        await clock.advance(600)
        release.release()
        assert (await client.read(65_536)).endswith(b"d\r\n")
        await clock.advance(600)
        release.release()
        assert (await client.read(65_536)).endswith(b"0\r\n\r\n")


async def test_who_never_reads_is_cut_off() -> None:
    """Nothing else would end it."""
    async with serving(sending(300_000)) as (client, clock):
        await client.say(GET)
        await clock.advance(UNREAD_SECONDS - 1)
        assert client.is_connected
        await clock.advance(2)
        await until(lambda: not client.is_connected)


async def test_who_reads_late_is_served() -> None:
    """If it is in time; however long it does nothing then."""
    async with serving(sending(300_000)) as (client, clock):
        await client.say(GET)
        await clock.advance(UNREAD_SECONDS - 1)
        await client.read_to(b"x" * 300_000)
        await clock.advance(600)
        assert await client.asks()


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say what was read")
async def test_who_reads_slowly_is_served() -> None:
    """However slowly: the system has room for more only when much has been read."""
    async with serving(sending(1_000_000), 100_000) as (client, clock):
        await client.say(GET)
        for _ in range(3):
            size = client.transport.get_write_buffer_size()
            assert await client.read(40_000)
            await clock.advance(UNREAD_SECONDS)
            assert client.transport.get_write_buffer_size() == size
        await client.read_to(b"x" * 800_000)
        assert client.is_connected


@pytest.mark.parametrize(("size", "read"), [(60_000, 0), (200_000, 190_000)])
async def test_the_last_answer_must_be_read_too(size: int, read: int) -> None:
    """Closing waits for it, and nothing else ends that, however little is left."""
    async with serving(sending(size)) as (client, clock):
        await client.say(LAST)
        while read:
            read -= len(await client.read(read))
        assert client.transport.get_write_buffer_size() > 0
        await clock.advance(UNREAD_SECONDS - 1)
        assert client.is_connected
        await clock.advance(UNREAD_SECONDS + 1)
        await until(lambda: not client.is_connected)


async def test_who_reads_the_last_answer_is_let_go() -> None:
    """By itself."""
    async with serving(sending(200_000)) as (client, clock):
        await client.say(LAST)
        await clock.advance(UNREAD_SECONDS - 1)
        await client.read_to(b"x" * 200_000)
        assert await client.read(1) == b""
        await until(lambda: not client.is_connected)
