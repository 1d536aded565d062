"""Handshakes on connections that have carried requests before, as proxies send them.

Specification: client-protocols sections 1.1 and 1.4.
"""

import asyncio

import pytest
from aiohttp import web

from tests.service.fakes import client_frame
from tests.service.wire import TEXT, App, Peer, dial, handshake, running, sessions, target_of, until
from webpubsub.ingress.pace import UNREAD_SECONDS
from webpubsub.protocol.refusals import RefusalKind
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.service.observation import RestCalled, Sighting, TurnedAway
from webpubsub.service.rest.server import HttpConnection
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings
from webpubsub.testing import memory
from webpubsub.testing.clock import Clock

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
UPGRADE = b"Host: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"


async def is_served(peer: Peer) -> None:
    """Have a request answered, and the connection kept alive."""
    await peer.send(PAGE)
    status, headers, _ = await peer.response()
    assert (status, headers.get("connection")) == (200, None)


async def echoes(peer: Peer, text: str = "hi") -> None:
    await peer.say(text)
    assert await peer.frame() == (TEXT, text.encode())


@pytest.mark.parametrize("before", [1, 3])
async def test_a_client_comes_after_other_requests(before: int) -> None:
    """However many there were; the client is one like any other."""
    app = App()
    async with running(app) as service:
        async with await dial(service) as peer:
            for _ in range(before):
                await is_served(peer)
            await peer.send(handshake(service, await target_of(service, user_id="alice")))
            assert (await peer.response())[0] == 101
            await echoes(peer)
            assert sessions(service) == 1
            assert app.only_connect.connection_context.user_id == "alice"
        await until(lambda: not sessions(service))
        assert not service._http.connections


async def test_the_head_is_what_was_sent() -> None:
    """The application is shown the headers and the query as they came."""
    app = App()
    async with running(app) as service, await dial(service) as peer:
        await is_served(peer)
        target = f"{await target_of(service)}&Odd=a%20b&odd=2"
        await peer.send(handshake(service, target, {"X-Odd": "one, two"}))
        assert (await peer.response())[0] == 101
        assert app.only_connect.query["Odd"] == ["a b"]
        assert app.only_connect.headers["X-Odd"] == ["one, two"]


async def test_everything_in_one_piece() -> None:
    """Requests, the handshake and messages behind it are answered in this order, and nothing is
    lost."""
    async with running(App()) as service, await dial(service) as peer:
        frames = [client_frame(TEXT, b"%d" % number) for number in range(3)]
        await peer.send(PAGE, PAGE, handshake(service, await target_of(service)), *frames)
        for expected in (200, 200, 101):
            assert (await peer.response())[0] == expected
        for number in range(3):
            assert await peer.frame() == (TEXT, b"%d" % number)


async def test_what_comes_behind_the_handshake_in_pieces() -> None:
    """More than waits at once, and split where it hurts."""
    async with running(App(), max_waiting_bytes=1000) as service, await dial(service) as peer:
        await is_served(peer)
        data = handshake(service, await target_of(service))
        data += b"".join(client_frame(TEXT, b"%d" % number * 200) for number in range(300))
        for start in range(0, 900, 60):
            await peer.send(data[start : start + 60])
            await asyncio.sleep(0)
        await peer.send(data[900:])
        assert (await peer.response())[0] == 101
        for number in range(300):
            assert await peer.frame() == (TEXT, b"%d" % number * 200)


async def test_a_client_that_is_turned_away() -> None:
    """Like one that comes first: with a short text, and the end of the connection."""
    async with running(App()) as service, await dial(service) as peer:
        await is_served(peer)
        await peer.send(handshake(service, "/client/hubs/chat"))
        status, headers, body = await peer.response()
        assert (status, body) == (401, b"The access token is missing.")
        assert headers["connection"] == "close"
        assert await peer.rest() == b""


@pytest.mark.parametrize(
    ("request_", "status", "text"),
    [
        (b"GET /client/hubs/chat HTTP/1.1\r\nHost: x\r\n\r\n", 400,
         b"This is not a WebSocket handshake."),
        (b"POST /client/hubs/chat HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi", 400,
         b"This is not a WebSocket handshake."),
        (b"GET /client/hubs/chat HTTP/1.1\r\n" + UPGRADE + b"Content-Length: 2\r\n\r\nhi", 400,
         b"This is not a WebSocket handshake."),
        (b"GET /clients/mqtt/hubs/chat HTTP/1.1\r\nHost: x\r\n\r\n", 404,
         b"This path is reserved for client kinds that are not supported yet."),
        (b"GET /server HTTP/1.1\r\nHost: x\r\n\r\n", 404,
         b"This path is reserved for client kinds that are not supported yet."),
    ],
)  # fmt: skip
async def test_what_is_no_client(request_: bytes, status: int, text: bytes) -> None:
    """The same answers as to a first request."""
    async with running(App()) as service, await dial(service) as peer:
        await is_served(peer)
        await peer.send(request_)
        answered, headers, body = await peer.response()
        assert (answered, body) == (status, text)
        assert headers["connection"] == "close"
        assert await peer.rest() == b""


async def test_a_target_that_is_no_url() -> None:
    """Is for HTTP to refuse."""
    async with running(App()) as service, await dial(service) as peer:
        await is_served(peer)
        await peer.send(b"GET http://[x/ HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await peer.response())[0] == 400


async def test_other_upgrades_are_for_http() -> None:
    """Only the paths of clients are taken from it; what comes behind is a request like any."""
    async with running(App()) as service, await dial(service) as peer:
        await is_served(peer)
        await peer.send(b"GET / HTTP/1.1\r\n", UPGRADE, b"\r\n", PAGE)
        for _ in range(2):
            assert (await peer.response())[0] == 200


async def test_a_client_that_has_gone_meanwhile() -> None:
    """Leaves nothing behind, neither at the door nor at the HTTP server."""
    async with running(App()) as service:
        async with await dial(service) as peer:
            await peer.send(PAGE, handshake(service, await target_of(service)))
        await until(lambda: not sessions(service) and not service._http.connections)
        await until(lambda: not service._house.waiting)


async def test_stopping_says_goodbye() -> None:
    """To clients that came this way as to all others."""
    service: Service
    async with running(App()) as service:
        peer = await dial(service)
        await is_served(peer)
        await peer.send(handshake(service, await target_of(service)))
        assert (await peer.response())[0] == 101
        stop = asyncio.create_task(service.stop())
        assert await peer.closing() == (1001, "")
        await peer.send(client_frame(8, b"\x03\xe9"))
        await stop
        peer.hang_up()


async def test_who_comes_after_the_goodbye_is_not_let_in() -> None:
    """Nobody would say goodbye to it, nor tell the application that it has left."""
    app = App()
    async with running(app) as service, await dial(service) as peer, await dial(service) as late:
        await peer.send(handshake(service, await target_of(service)))
        assert (await peer.response())[0] == 101
        await is_served(late)
        target = await target_of(service)
        stop = asyncio.create_task(service.stop())
        assert await peer.closing() == (1001, "")
        await late.send(handshake(service, target))
        assert await late.aborted()
        await peer.send(client_frame(8, b"\x03\xe9"))
        await stop
    assert app.names == ["connect", "connected", "disconnected"]


@pytest.mark.parametrize(
    ("path", "kind"),
    [("/clients/mqtt/hubs/x", kinds.PATH_RESERVED), ("/client/hubs/x", kinds.NOT_AN_UPGRADE)],
)
async def test_what_is_refused_is_seen(path: str, kind: RefusalKind) -> None:
    """As at the front door, without the query."""
    async with running() as service, await dial(service) as peer:
        await is_served(peer)
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        await peer.send(f"GET {path}?access_token=x HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert (await peer.response())[0] == kind.http_status
    (item,) = (one.item for one in seen)
    assert isinstance(item, TurnedAway)
    assert (item.path, item.refusal.kind) == (path, kind)
    assert item.checks[-1].kind is kind
    assert len(item.checks) >= 3


class Caller(asyncio.Protocol):
    """Asks for a page as soon as it is connected, without sockets."""

    def __init__(self, service: Service) -> None:
        self.heard = b""
        self._transport = memory.join(self, service.door())
        self._transport.write(PAGE)

    def data_received(self, data: bytes) -> None:
        self.heard += data

    def pause(self) -> None:
        self._transport.pause_reading()

    def leave(self) -> None:
        self._transport.close()


async def test_requests_that_come_at_once_have_their_turns() -> None:
    """Others are heard between, however many connections they come by."""
    async with running() as service:
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        callers = [Caller(service) for _ in range(6)]
        called = []
        while not all(caller.heard for caller in callers):
            seen.clear()
            await asyncio.sleep(0)
            called.append(sum(isinstance(one.item, RestCalled) for one in seen))
        assert sum(called) == 6
        assert max(called) == 1
        for caller in callers:
            caller.leave()


async def test_a_later_head_must_come_in_time_too() -> None:
    """A connection may be idle for longer than a head may take, but not begin one and stop."""
    clock = Clock()
    async with (
        running(clock=clock, head_timeout=3) as service,
        await dial(service) as idle,
        await dial(service) as slow,
    ):
        for peer in (idle, slow):
            await is_served(peer)
        await clock.advance(10)
        await slow.send(PAGE[:9])
        await until(lambda: any(one._pace._head for one in connections_of(service)))
        await clock.advance(2)
        await slow.send(PAGE[9:10])
        await is_served(idle)
        await clock.advance(2)
        assert await slow.aborted()
        await is_served(idle)


def connections_of(service: Service) -> list[HttpConnection]:
    """Those that are HTTP's."""
    return [one for one in service._http.connections if isinstance(one, HttpConnection)]


class Pages:
    """Answers everything with a large page."""

    async def answer(self, _: web.BaseRequest) -> web.StreamResponse | None:
        return web.Response(body=b"x" * 300_000)

    def close(self) -> None: ...


async def test_a_client_that_never_reads_its_answer_is_cut_off() -> None:
    """Nothing else would end it."""
    clock = Clock()
    service = Service(ServiceSettings(port=0), timers=clock)
    service.pages = Pages()
    async with service:
        caller = Caller(service)
        caller.pause()
        await until(lambda: any(one._pace.is_unread for one in connections_of(service)))
        await clock.advance(UNREAD_SECONDS - 1)
        assert service._http.connections
        await clock.advance(2)
        await until(lambda: not service._http.connections)
