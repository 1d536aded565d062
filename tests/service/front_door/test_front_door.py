"""One port for HTTP and WebSockets. Specification: client-protocols sections 1.1, 12 and 13."""

import asyncio

import pytest

from tests.service.fakes import Wire, client_frame
from tests.service.wire import (
    TEXT,
    App,
    dial,
    handshake,
    join,
    running,
    sessions,
    target_of,
    until,
)
from webpubsub.protocol.outcomes import EventOutcome, Notified
from webpubsub.protocol.refusals import RefusalKind
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.protocol.refusals.orders import LATE_HANDSHAKE_CHECKS
from webpubsub.service.front_door.front_door import Route, route_of
from webpubsub.service.observation import (
    HandshakeAbandoned,
    HandshakeBegan,
    HandshakeRefused,
    Sighting,
    TurnedAway,
)
from webpubsub.service.service import Service
from webpubsub.testing.clock import Clock

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"
RESERVED = b"This path is reserved for client kinds that are not supported yet."


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/client", Route.CLIENT),
        ("/client/", Route.CLIENT),
        ("/client/hubs/chat", Route.CLIENT),
        ("/client/hubs/chat/", Route.CLIENT),
        ("/client/hubs/", Route.CLIENT),
        ("/client/hubs/a%2Fb", Route.CLIENT),
        ("/client/hubs", Route.HTTP),
        ("/client/hubs/chat/more", Route.HTTP),
        ("/clients", Route.RESERVED),
        ("/clients/mqtt/hubs/chat", Route.RESERVED),
        ("/clients/socketio/hubs/chat", Route.RESERVED),
        ("/server", Route.RESERVED),
        ("/server/anything", Route.RESERVED),
        ("/servers", Route.HTTP),
        ("/clientele", Route.HTTP),
        ("/api/hubs/chat/:send", Route.HTTP),
        ("/", Route.HTTP),
        ("", Route.HTTP),
        ("*", Route.HTTP),
    ],
)
def test_who_takes_a_connection_over(path: str, route: Route) -> None:
    """Clients are received here, the paths of other client kinds are kept free, and the rest is
    HTTP."""
    assert route_of(path) is route


async def test_a_head_in_any_number_of_pieces() -> None:
    """A handshake that arrives byte by byte is the same handshake."""
    async with running(App()) as service, await dial(service) as peer:
        data = handshake(service, await target_of(service))
        for position in range(len(data)):
            await peer.send(data[position : position + 1])
            await asyncio.sleep(0)
        status, _, _ = await peer.response()
        assert status == 101


async def test_http_is_handed_over_as_it_came() -> None:
    """Requests one after another on one connection, in pieces and pipelined, with bodies: all are
    answered by the HTTP server."""
    request = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    async with running() as service, await dial(service) as peer:
        await peer.send(request[:20])
        await asyncio.sleep(0.01)
        await peer.send(request[20:-2])
        await asyncio.sleep(0.01)
        await peer.send(request[-2:], request)
        for _ in range(2):
            status, headers, _ = await peer.response()
            assert status in (401, 404)
            assert "connection" not in headers or headers["connection"] != "close"


async def test_the_rest_api_is_behind_the_same_port() -> None:
    """Health is a matter of HTTP."""
    async with running() as service, await dial(service) as peer:
        await peer.send(b"HEAD /api/health HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await peer.reader.readline()).split()[1] == b"200"


async def test_a_client_path_without_a_handshake() -> None:
    """A browser that looks at a client URL is told what is wrong."""
    async with running() as service, await dial(service) as peer:
        await peer.send(b"GET /client/hubs/chat HTTP/1.1\r\nHost: x\r\n\r\n")
        status, headers, body = await peer.response()
        assert (status, body) == (400, b"This is not a WebSocket handshake.")
        assert headers["connection"] == "close"
        assert await peer.rest() == b""


@pytest.mark.parametrize(
    ("data", "status", "body"),
    [
        (b"nonsense\r\n\r\n", 400,
         b"Bad request: the first line is not an HTTP/1 request line."),
        (b"GET / HTTP/1.1\r\nbad header\r\n\r\n", 400,
         b"Bad request: a header line does not begin with a name and a colon."),
        (b"GET /clients/mqtt/hubs/chat HTTP/1.1\r\n\r\n", 404, RESERVED),
        (b"GET /clients/socketio/hubs/chat HTTP/1.1\r\n\r\n", 404, RESERVED),
        (b"POST /server/x HTTP/1.1\r\n\r\n", 404, RESERVED),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 2000, 431, b"Request Header Fields Too Large"),
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 2000 + b"\r\n\r\n", 431,
         b"Request Header Fields Too Large"),
    ],
)  # fmt: skip
async def test_heads_that_are_refused(data: bytes, status: int, body: bytes) -> None:
    """The answer says why in one line, arrives although the client keeps sending, and the
    connection ends."""
    async with running(max_head_bytes=2000) as service, await dial(service) as peer:
        await peer.send(data, b"x" * 100_000)
        answer = await peer.response()
        assert (answer[0], answer[2]) == (status, body)
        assert await peer.rest() == b""


async def test_the_largest_head() -> None:
    """A head of exactly the limit is read."""
    head = b"GET / HTTP/1.1\r\nHost: x\r\nA: "
    head += b"x" * (2000 - len(head))
    async with running(max_head_bytes=2000) as service, await dial(service) as peer:
        await peer.send(head + b"\r\n\r\n")
        assert (await peer.response())[0] == 200


async def test_a_large_body_is_no_large_head() -> None:
    """What follows the head does not count."""
    async with running(max_head_bytes=2000) as service, await dial(service) as peer:
        head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 50000\r\n\r\n"
        await peer.send(head + b"x" * 50_000)
        assert (await peer.response())[0] in (404, 405)


async def test_a_slow_head() -> None:
    """Whoever does not say what it wants in time is sent away; others are not delayed."""
    clock = Clock()
    async with running(App(), clock=clock, head_timeout=3) as service:
        async with await dial(service) as slow, await join(service) as quick:
            await slow.send(b"GET / HTTP/1.1\r\n")
            await until(lambda: service._house.waiting)
            await clock.advance(2)
            assert service._house.waiting
            await clock.advance(2)
            assert await slow.aborted()
            await clock.advance(4)
            await quick.hear()
            await quick.say({"type": "ping"})
            assert await quick.hear() == {"type": "pong"}
        await until(lambda: not service._house.waiting)


async def test_whoever_hangs_up_at_the_door_is_forgotten() -> None:
    """A connection without a request leaves nothing behind."""
    async with running() as service:
        async with await dial(service) as peer:
            await peer.send(b"GET")
            await until(lambda: service._house.waiting)
        await until(lambda: not service._house.waiting)
        assert service.is_idle


async def test_frames_behind_the_handshake() -> None:
    """A client may send before it has been answered, even more than waits at once."""
    async with running(App(), max_waiting_bytes=1000) as service:
        frames = [client_frame(TEXT, b"%d" % number * 200) for number in range(300)]
        async with await join(service, subprotocol=None, tail=b"".join(frames)) as peer:
            for number in range(300):
                assert await peer.frame() == (TEXT, b"%d" % number * 200)
        await until(lambda: not sessions(service))


@pytest.mark.parametrize(
    ("data", "path", "codes"),
    [
        (b"GET / HTTP/1.1\r\nA: " + b"x" * 2000, "", [kinds.HEAD_TOO_LARGE]),
        (b"nonsense\r\n\r\n", "", [kinds.HEAD_TOO_LARGE, kinds.HEAD_INVALID]),
        (b"GET /server?key=1 HTTP/1.1\r\ntraceparent: " + PARENT.encode() + b"\r\n\r\n", "/server",
         [kinds.HEAD_TOO_LARGE, kinds.HEAD_INVALID, kinds.PATH_RESERVED]),
    ],
)  # fmt: skip
async def test_what_is_refused_at_the_door_is_seen(
    data: bytes, path: str, codes: list[RefusalKind]
) -> None:
    """With all checks until then, and the trace of the sender as far as it could be read."""
    async with running(max_head_bytes=2000) as service, await dial(service) as peer:
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        await peer.send(data)
        await peer.response()
    (sighting,) = seen
    item, span = sighting.item, sighting.span
    assert isinstance(item, TurnedAway)
    assert (item.path, item.refusal.kind) == (path, codes[-1])
    assert [one.kind for one in item.checks] == codes
    assert [one.passed for one in item.checks] == [True] * (len(codes) - 1) + [False]
    assert span is not None
    assert span.parent_id == ("b" * 16 if path else None)


async def test_a_client_that_goes_before_it_is_let_in_is_seen() -> None:
    """What has begun is seen to end."""
    asked, gone = asyncio.Event(), asyncio.Event()

    async def wait(_event: object) -> EventOutcome:
        asked.set()
        await gone.wait()
        return Notified()

    async with running(App({"connect": wait})) as service:
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        async with await dial(service) as peer:
            await peer.send(handshake(service, await target_of(service)))
            await asked.wait()
        await until(lambda: any(isinstance(one.item, HandshakeAbandoned) for one in seen))
        gone.set()
    (began,) = (one for one in seen if isinstance(one.item, HandshakeBegan))
    (ended,) = (one for one in seen if isinstance(one.item, HandshakeAbandoned))
    assert ended.item == HandshakeAbandoned("/client/hubs/chat")
    assert ended.span == began.span


async def test_a_failure_of_ours_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The client is told 500, and whoever looks how far it had come."""

    def fail(*_args: object, **_more: object) -> None:
        raise RuntimeError("a bug")

    async with running(App()) as service, await dial(service) as peer:
        seen: list[Sighting] = []
        service.point.attach(seen.append)
        monkeypatch.setattr("webpubsub.service.front_door.reception.agree", fail)
        await peer.send(handshake(service, await target_of(service)))
        assert (await peer.response())[0] == 500
    (refused,) = (one.item for one in seen if isinstance(one.item, HandshakeRefused))
    assert refused.refusal.kind is kinds.INTERNAL_ERROR
    assert [one.kind for one in refused.checks][:2] == [kinds.NOT_AN_UPGRADE, kinds.HUB_INVALID]
    assert refused.checks[-1].kind is kinds.INTERNAL_ERROR
    assert not {one.kind for one in refused.checks} & set(LATE_HANDSHAKE_CHECKS)


class Arrivals:
    """Clients that come at the same time, without sockets."""

    def __init__(self, service: Service, target: str, count: int) -> None:
        self.wires = [Wire() for _ in range(count)]
        for wire in self.wires:
            wire.protocol = door = service.door()
            assert isinstance(door, asyncio.Protocol)
            door.connection_made(wire)
            wire.receive(handshake(service, target))

    def leave(self) -> None:
        for wire in self.wires:
            wire.lose()


async def test_clients_that_come_at_once_are_let_in_one_after_the_other() -> None:
    """Others are heard, and answered, in between."""
    async with running() as service:
        target = await target_of(service)
        lone = Arrivals(service, target, 1)
        await until(lambda: service.is_idle)
        [wire] = lone.wires
        crowd, seen = Arrivals(service, target, 5), []
        while not service.is_idle:
            wire.writes.clear()
            wire.receive(client_frame(9, b"ping"))
            before = sessions(service)
            await asyncio.sleep(0)
            seen.append((sessions(service) - before, bool(wire.writes)))
        assert sum(came for came, _ in seen) == 5
        assert all(came <= 1 and answered for came, answered in seen)
        assert [came for came, _ in seen][:4] == [1, 0, 1, 0]
        crowd.leave()
        lone.leave()


async def test_who_goes_before_its_turn_is_not_let_in() -> None:
    """The application never hears of it."""
    app = App()
    async with running(app) as service:
        target = await target_of(service)
        crowd = Arrivals(service, target, 3)
        for wire in crowd.wires[1:]:
            wire.lose()
        await until(lambda: service.is_idle)
        assert sessions(service) == 1
        crowd.wires[0].lose()
        await until(lambda: not sessions(service))
    assert [event.connection_context.event_name for event in app.events].count("connect") == 1


async def test_when_the_service_stops_nobody_waits_to_be_let_in() -> None:
    """Those who have not had their turn are sent away without a word."""
    async with running() as service:
        crowd = Arrivals(service, await target_of(service), 50)
        await service.stop()
        late = [wire for wire in crowd.wires if not wire.writes]
        assert len(late) > 40
        assert all("abort" in wire.calls for wire in late)
        assert sessions(service) == len(crowd.wires) - len(late)
