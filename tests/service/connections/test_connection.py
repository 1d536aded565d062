"""A client that comes, is closed, closes, or is lost.

Specification: client-protocols sections 2.1, 2.3, 5.8, 5.10 and 15.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, Sequence

import pytest

from tests.service.connections.world import (
    BINARY,
    TEXT,
    Application,
    World,
    ack,
    closing,
    event,
    from_server,
    join,
    simple,
    to_group,
    turns,
)
from tests.service.fakes import client_frame, close_payload
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.events import (
    AnyEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.outcomes import (
    EventOutcome,
)
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.events.answerers import Answerers
from webpubsub.service.observation import (
    ConnectionClosed,
    EventAnswered,
    EventRaised,
    GoodbyeReceived,
    Observed,
    RequestHandled,
    RequestReceived,
    Sighting,
)
from webpubsub.service.sessions.life import Phase
from webpubsub.service.websockets.share import SHARE

NOT_JSON = "The client message is not a valid JSON protocol message."


@pytest.mark.parametrize(
    ("data", "code", "reason"),
    [
        (client_frame(BINARY, b"{}"), 1003, "The JSON subprotocol requires text messages."),
        (client_frame(TEXT, b"nonsense"), 1007, NOT_JSON),
        (client_frame(TEXT, b"\xff"), 1007, "The client message is not valid UTF-8."),
        (client_frame(TEXT, b"x", masked=False), 1002, "The client frame is invalid."),
        (client_frame(TEXT, b"x" * 10_001), 1009, "The client message is too large."),
    ],
)
async def test_a_client_that_must_go(data: bytes, code: int, reason: str) -> None:
    """What came before is answered, then it is closed without a disconnected message, and the
    reason is told to the application once."""
    world = World()
    assert await world.send(join("g", 1), data, join("h", 2)) == [
        ack(1),
        close_payload(code, reason),
    ]
    await world.lose()
    assert world.application.reasons == [reason]
    assert not world.hub.sessions


async def test_a_client_that_must_go_after_its_event() -> None:
    """A mistake behind a pending event is answered in its turn."""
    world = World()
    assert await world.send(event("slow", "1", 1), client_frame(TEXT, b"nonsense")) == []
    world.application.gate.set()
    await turns()
    assert world.answers() == [from_server("1"), ack(1), close_payload(1007, NOT_JSON)]


@pytest.mark.parametrize(("code", "reason"), [(1000, "test-close"), (1000, ""), (4321, "mine")])
async def test_the_client_says_goodbye(code: int, reason: str) -> None:
    """Its close frame is answered with its own code and text; its text is the reason."""
    world = World()
    assert await world.send(closing(code, reason)) == [close_payload(code, reason)]
    assert world.wire.calls[-1] == "close"
    await world.lose()
    assert world.application.reasons == [reason]


async def test_the_client_says_goodbye_behind_an_event() -> None:
    """The event is answered first."""
    world = World()
    await world.send(event("slow", "1", 1), closing(1000, "done"))
    assert world.application.reasons == []
    world.application.gate.set()
    await turns()
    assert world.answers() == [from_server("1"), ack(1), close_payload(1000, "done")]
    assert world.application.reasons == ["done"]


async def test_a_client_that_is_gone_cancels_its_event() -> None:
    """Nobody waits for the answer any more; what it said last is still the reason."""
    world = World()
    await world.send(event("slow"), join("g"), closing(1000, "done"))
    await world.lose()
    assert world.application.cancelled == 1
    assert world.application.reasons == ["done"]
    assert world.connection.event is not None
    assert world.connection.event.cancelled()


@pytest.mark.parametrize("reason", ["SlowClient", "PingTimeout"])
async def test_a_client_that_is_dropped_cancels_its_event(reason: str) -> None:
    """It is as gone as one that hung up, and the application is told the category."""
    world = World()
    await world.send(event("slow"))
    if reason == "SlowClient":
        world.websocket.pause_writing()
        for _ in range(6):
            world.hub.apply(ops.SendToAll(hub="chat", message=Message(DataType.TEXT, b"x")))
        await turns()
    else:
        for _ in range(3):
            world.now += 20
            world.sweeper.sweep()
    await world.lose()
    assert world.application.cancelled == 1
    assert world.application.reasons == [reason]
    assert not world.hub.sessions


async def test_a_client_that_floods_gets_its_turn_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So many messages are handled in one turn of the event loop, and nothing is lost."""
    world = World(max_inbox_bytes=65_536)
    handled: list[ops.HubOperation] = []
    monkeypatch.setattr(world.hub, "perform", handled.append)
    sent = [f"{number}" for number in range(1000)]
    flood = b"".join(
        client_frame(TEXT, json.dumps(to_group("others", text)).encode()) for text in sent
    )
    while len(handled) < len(sent):
        before = len(handled)
        flood = world.wire.poll(flood)
        await asyncio.sleep(0)
        assert len(handled) - before <= SHARE
    texts = [one.message.data.decode() for one in handled if isinstance(one, ops.SendToGroup)]
    assert texts == sent


async def test_what_waited_for_its_turn_is_handled_when_the_client_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It had arrived."""
    world = World()
    handled: list[ops.HubOperation] = []
    monkeypatch.setattr(world.hub, "perform", handled.append)
    world.wire.receive(client_frame(TEXT, json.dumps(to_group("others", "x")).encode()) * 3 * SHARE)
    assert len(handled) == SHARE
    await world.lose()
    assert len(handled) == 3 * SHARE
    assert not world.hub.sessions


async def test_losing_a_client_without_a_word() -> None:
    """Its session ends, once, for no reason that is known."""
    world = World()
    await world.lose()
    assert world.application.reasons == [""]
    assert world.session.phase is Phase.ENDED


@pytest.mark.parametrize("speaks", ["json", "simple"])
async def test_the_application_closes(speaks: str) -> None:
    """The client is told why in its last message, if it has such messages, and closed with 1000
    and no text; the event that is pending goes on."""
    world = World() if speaks == "json" else simple()
    await world.send(event("slow", ack_id=1) if speaks == "json" else client_frame(TEXT, b"hi"))
    before = len(world.answers())
    world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c", reason="enough"))
    await turns()
    text = "Application server closed the connection. Reason: enough"
    farewell = {"type": "system", "event": "disconnected", "message": text}
    assert world.answers()[before:] == [
        *([farewell] if speaks == "json" else []),
        close_payload(1000),
    ]
    await world.send(closing(1000))
    await world.lose()
    assert world.application.cancelled == 0
    world.application.gate.set()
    await turns()
    assert world.application.reasons == [text]
    assert world.answers()[before:][-1] == close_payload(1000), "nothing follows"


async def test_an_event_that_closes_its_own_connection() -> None:
    """A handler may close the client whose event it answers."""
    world = World()

    class Closing(Application):
        async def handle(self, event: AnyEventRequest) -> EventOutcome:
            outcome = await super().handle(event)
            if isinstance(event, UserEventRequest):
                world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c"))
                await asyncio.sleep(0)
            return outcome

    answerers = world.router.answerers
    assert isinstance(answerers, Answerers)
    answerers._handler = closing_application = Closing()
    answers = await world.send(event("e", ack_id=1), event("e", ack_id=2))
    assert [one for one in answers if isinstance(one, bytes)] == [close_payload(1000)]
    assert answers[-1] == close_payload(1000)
    await world.lose()
    assert closing_application.user_events == ["e"]
    assert closing_application.reasons == ["Application server closed the connection."]


async def test_the_service_goes_down() -> None:
    """What is done is acknowledged, then the client is told to go."""
    world = World(ack_delay=60.0)
    await world.send(join("g", 1))
    world.connection.leave()
    assert world.answers() == [ack(1), close_payload(1001)]
    await world.send(closing(1001))
    await world.lose()
    assert world.application.reasons == [""]


async def test_a_failure_of_ours_in_a_request(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The client is closed with 1011, the traceback is logged, and nothing leaks."""
    world = World()
    monkeypatch.setattr(world.hub, "perform", _fail)
    assert await world.send(join("g", 1)) == [close_payload(1011, "Internal server error")]
    await world.lose()
    assert world.application.reasons == ["Internal server error"]
    assert any(record.exc_info for record in caplog.records)


def _fail(_operation: object) -> Refusal | None:
    raise RuntimeError("as asked")


class Lines:
    """A codec of another kind: many requests in a frame, incomplete ones kept, answers in two
    frames."""

    name = "lines"

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, frame: Frame) -> Sequence[ClientRequest]:
        *lines, self._rest = (self._rest + frame.payload).split(b"\n")
        return [_LINES[line[:1]](line[1:].decode()) for line in lines]

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        return _two(b"message " + delivery.message.data)

    def with_sequence_id(self, frame: Frame, sequence_id: int) -> Frame:
        return Frame(frame.kind, frame.payload + b" %d" % sequence_id)

    def around_sequence_id(self, frame: Frame) -> tuple[bytes, bytes]:
        return frame.payload + b" ", b""

    def encode_connected(
        self, connection_id: str, user_id: str | None, reconnection_token: str | None = None
    ) -> Sequence[Frame]:
        return _two(b"hello")

    def encode_disconnected(self, message: str) -> Sequence[Frame]:
        return _two(b"bye")

    def encode_ack(self, ack_id: int, error: object = None) -> Sequence[Frame]:
        return _two(b"ack")

    def encode_pong(self) -> Sequence[Frame]:
        return _two(b"pong")

    def encode_notice(self, notice: object) -> Sequence[Frame]:
        return _two(b"notice")


def _two(text: bytes) -> Sequence[Frame]:
    return (Frame(FrameKind.TEXT, text), Frame(FrameKind.TEXT, b"."))


_LINES: dict[bytes, Callable[[str], ClientRequest]] = {
    b"j": lambda group: requests.JoinGroup(group=group, ack_id=ord(group)),
    b"e": lambda name: requests.SendEvent(
        event=name, message=Message(DataType.TEXT, name.encode())
    ),
    b"p": lambda _: requests.Ping(),
}


async def test_a_codec_may_take_and_give_any_number() -> None:
    """A frame may hold many requests or a part of one, an answer may be several frames, and what a
    frame holds behind an event waits before the frames behind it."""
    world = World(codec=Lines())
    world.connection.welcome()
    assert await world.send(client_frame(TEXT, b"jg\neslow\np\nj"), client_frame(TEXT, b"h\n")) == [
        "hello",
        ".",
        "ack",
        ".",
    ]
    assert list(world.session.groups) == ["g"]
    world.application.gate.set()
    await turns()
    assert world.answers()[4:] == ["message slow", ".", "pong", ".", "ack", "."]
    assert list(world.session.groups) == ["g", "h"]


async def test_welcome() -> None:
    """A client of the JSON subprotocol is told who it is."""
    world = World()
    world.connection.welcome()
    await turns()
    assert world.answers() == [
        {"type": "system", "event": "connected", "userId": "alice", "connectionId": "c"}
    ]


async def bid_farewell(world: World) -> None:
    await world.send(closing(4001, "enough"))


async def say_nonsense(world: World) -> None:
    await world.send(client_frame(TEXT, b"nonsense"))


async def be_closed(world: World) -> None:
    world.connection.finish("go")


async def be_left(world: World) -> None:
    world.connection.leave()


async def be_succeeded(world: World) -> None:
    world.connection.yield_to_successor()


async def be_silent(world: World) -> None:
    for _ in range(3):
        world.websocket.keep_alive()


async def read_nothing(world: World) -> None:
    world.websocket.pause_writing()
    for _ in range(10):
        await world.send(join("g", 1), {"type": "ping"})


async def vanish(_world: World) -> None:
    """The transport breaks off."""


@pytest.mark.parametrize(
    ("happens", "category", "code", "kind"),
    [
        (bid_farewell, "Normal", 4001, None),
        (say_nonsense, "ProtocolError", 1007, "client.json.invalid"),
        (be_closed, "ClosedByAppServer", 1000, None),
        (be_left, "ServiceReload", 1001, None),
        (be_succeeded, "Replaced", None, None),
        (be_silent, "PingTimeout", None, "websocket.ping-timeout"),
        (read_nothing, "SlowClient", None, "websocket.slow-client"),
        (vanish, "ConnectionLost", None, None),
    ],
)
async def test_why_a_transport_is_closed(
    happens: Callable[[World], Awaitable[None]], category: str, code: int | None, kind: str | None
) -> None:
    """It is seen once, when the transport is gone, and the first reason counts."""
    world = World()
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    await happens(world)
    await world.lose()
    (closed,) = (one.item for one in seen if isinstance(one.item, ConnectionClosed))
    assert (closed.hub, closed.connection_id) == ("chat", "c")
    assert (closed.category, closed.code) == (category, code)
    assert (closed.refusal and closed.refusal.kind.code) == kind


async def test_what_a_client_asks_for_is_one_trace() -> None:
    """Each request has its own, or goes on with the one in the metadata of its message."""
    world = World()
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    parent = f"00-{'a' * 32}-{'b' * 16}-01"
    await world.send(
        join("g", 1),
        {**event("hello"), "metadata": {"traceparent": parent}},
        join("h", 2),
    )
    traces = {one.span.trace_id for one in seen if one.span is not None}
    assert len(traces) == 3
    told = [one.span for one in seen if isinstance(one.item, RequestReceived)]
    assert [span and span.parent_id for span in told] == [None, "b" * 16, None]
    assert all(one.span is not None for one in seen)
    spans = [one.span for one in seen if isinstance(one.item, EventRaised | EventAnswered)]
    assert len(spans) == 2
    assert spans[0] == spans[1]
    assert spans[0] is not None
    assert told[1] is not None
    assert (spans[0].trace_id, spans[0].parent_id) == ("a" * 32, told[1].span_id)


@pytest.mark.parametrize(("goodbye", "root"), [(True, GoodbyeReceived), (False, EventRaised)])
async def test_the_end_of_a_connection_is_part_of_something_that_is_seen(
    goodbye: bool, root: type[Observed]
) -> None:
    """The goodbye of its client, if it says one; otherwise the event that tells of it is the first
    of a trace. No span is part of one that nobody has seen."""
    world = World()
    seen: list[Sighting] = []
    world.point.attach(seen.append)
    await world.send(closing(1000) if goodbye else client_frame(TEXT, b"nonsense"))
    await world.lose()
    spans = {one.span.span_id for one in seen if one.span is not None}
    for one in seen:
        if isinstance(one.item, EventRaised | EventAnswered | GoodbyeReceived | RequestHandled):
            assert one.span is not None
            assert one.span.parent_id is None or one.span.parent_id in spans
    first = next(one.item for one in seen if one.span is not None)
    assert isinstance(first, root)
