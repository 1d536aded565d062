"""One client, attached: its requests become operations and events, its answers frames.

Specification: client-protocols sections 2.1, 2.3, 3.1, 3.2, 3.3, 5.5, 5.6, 5.7, 5.8, 5.9, 5.10,
6.1, 6.3, 6.4, 9.1, 11, 14 and 15, upstream-events sections 8.4 and 11.3.
"""

import asyncio
import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.service.fakes import ManualLoop as AnyLoop
from tests.service.fakes import Wire, attached, client_frame, close_payload
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.events import (
    AnyEventRequest,
    DisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.outcomes import (
    EventFailed,
    EventOutcome,
    Notified,
    Unhandled,
    UserEventAccepted,
)
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.refusals import Refusal
from webpubsub.service import observation
from webpubsub.service.connection import Connection
from webpubsub.service.event_router import EventRouter
from webpubsub.service.frame_reader import FrameParsers
from webpubsub.service.handshake import RawGroup
from webpubsub.service.hub import Hub
from webpubsub.service.observation import ObservationPoint, Observed
from webpubsub.service.outbox import Flusher
from webpubsub.service.session import Phase, Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websocket import WebSocket

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"
ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")
SERVER_ERROR = {"name": "InternalServerError", "message": "Internal server error"}


class Application:
    """Answers user events by ``answer``; the event ``slow`` waits for ``gate`` first."""

    def __init__(self) -> None:
        self.answer: EventOutcome | None = None
        self.events: list[AnyEventRequest] = []
        self.gate = asyncio.Event()
        self.cancelled = 0

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        self.events.append(event)
        if not isinstance(event, UserEventRequest):
            return Notified()
        if event.connection_context.event_name.startswith("slow"):
            await self._wait()
        return self.answer or UserEventAccepted(reply=event.message)

    async def _wait(self) -> None:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    @property
    def user_events(self) -> list[str]:
        return [
            event.connection_context.event_name
            for event in self.events
            if isinstance(event, UserEventRequest)
        ]

    @property
    def reasons(self) -> list[str | None]:
        """The reasons of the disconnected events."""
        return [
            event.reason for event in self.events if isinstance(event, DisconnectedEventRequest)
        ]


class World:
    """A client on a wire, attached to a hub with an application behind it."""

    def __init__(
        self,
        *,
        codec: ClientCodec | None = None,
        roles: Sequence[str] = ROLES,
        user_id: str | None = "alice",
        raw_group: RawGroup | None = None,
        ack_delay: float = 0.0,
        max_inbox_bytes: int = 1000,
        handled: bool = True,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.application = Application()
        self.point = ObservationPoint()
        self.router = EventRouter(
            self.application if handled else None,
            keys=(KEY,),
            clock=lambda: 100.0,
            origin="localhost",
            point=self.point,
        )
        self.hub = Hub("chat", self.router, self.point)
        self.now = 0.0
        #: Seconds since the epoch.
        self.time = 100.0
        self.sweeper = Sweeper(lambda: self.now, 20.0)
        self.wire = Wire()
        settings = ServiceSettings(max_message_bytes=10_000, max_queued_messages=5)
        self.websocket = WebSocket(
            self.wire,
            codec or JsonCodec(),
            settings,
            Flusher(loop),
            self.sweeper,
            FrameParsers(settings.max_message_bytes),
        )
        self.session = Session("chat", "c", user_id)
        self.session.permissions = Permissions.from_roles(roles)
        self.connection = Connection(
            self.session,
            self.websocket,
            hub=self.hub,
            router=self.router,
            point=self.point,
            clock=lambda: self.time,
            sweeper=self.sweeper,
            max_inbox_bytes=max_inbox_bytes,
            ack_delay=ack_delay,
            raw_group=raw_group,
        )
        self.session.attach(self.connection)
        self.hub.add(self.session)
        self.websocket.begin(self.connection, b"")

    async def send(self, *messages: Any) -> list[Any]:
        """Send frames, or objects as JSON, in one piece; the new answers."""
        before = len(self.wire.frames)
        self.wire.receive(b"".join(map(self._frame, messages)))
        await turns()
        return self.answers(before)

    def _frame(self, message: Any) -> bytes:
        if isinstance(message, bytes):
            return message
        return client_frame(TEXT, json.dumps(message).encode())

    def answers(self, start: int = 0) -> list[Any]:
        """What the client has been sent: text as it is or parsed, a close frame as its payload."""
        return [
            payload if opcode in (CLOSE, BINARY) else _parsed(payload)
            for opcode, payload in self.wire.frames[start:]
        ]

    async def lose(self) -> None:
        self.wire.lose()
        await turns()


def _parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()


async def turns(number: int = 10) -> None:
    """Let everything happen that can."""
    for _ in range(number):
        await asyncio.sleep(0)


def ack(ack_id: int, error: dict[str, str] | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "ack", "ackId": ack_id, "success": error is None}
    return answer if error is None else {**answer, "error": error}


def join(group: str, ack_id: int | None = None) -> dict[str, Any]:
    return {"type": "joinGroup", "group": group, "ackId": ack_id}


def leave(group: str, ack_id: int | None = None) -> dict[str, Any]:
    return {"type": "leaveGroup", "group": group, "ackId": ack_id}


def to_group(group: str, data: str, ack_id: int | None = None, **rest: Any) -> dict[str, Any]:
    return {
        "type": "sendToGroup",
        "group": group,
        "dataType": "text",
        "data": data,
        "ackId": ack_id,
        **rest,
    }


def event(name: str, data: str = "x", ack_id: int | None = None) -> dict[str, Any]:
    return {"type": "event", "event": name, "dataType": "text", "data": data, "ackId": ack_id}


def from_server(data: str) -> dict[str, Any]:
    return {"type": "message", "from": "server", "dataType": "text", "data": data}


def from_group(group: str, data: str, user: str | None = "alice") -> dict[str, Any]:
    origin = {"type": "message", "from": "group", "group": group, "fromUserId": user}
    return {**origin, "dataType": "text", "data": data}


def closing(code: int, reason: str = "") -> bytes:
    return client_frame(CLOSE, close_payload(code, reason))


# Requests


async def test_groups() -> None:
    """Joining, sending and leaving; one's own message comes before its ack."""
    world = World()
    assert await world.send(join("g", 1), to_group("g", "hi", 2), leave("g", 3)) == [
        ack(1),
        from_group("g", "hi"),
        ack(2),
        ack(3),
    ]
    assert not world.hub.members("g")


async def test_requests_without_ack_id_are_silent() -> None:
    """Nothing is said of success or failure."""
    world = World(roles=())
    assert await world.send(join("g"), to_group("g", "hi"), leave("g")) == []
    assert world.session.phase is Phase.ATTACHED


async def test_no_echo_skips_only_the_sender() -> None:
    """Other connections of the same user still receive."""
    world = World()
    other, other_client = attached(AnyLoop(), "other", user_id="alice")
    world.hub.add(other, ["g"])
    assert await world.send(join("g", 1), to_group("g", "hi", 2, noEcho=True)) == [ack(1), ack(2)]
    assert list(map(_parsed, other_client.payloads)) == [from_group("g", "hi")]


async def test_a_message_of_an_anonymous_client() -> None:
    """The sender's user id is null."""
    world = World(user_id=None)
    (_, message) = await world.send(join("g", 1), to_group("g", "hi"))
    assert message == from_group("g", "hi", None)


async def test_ttl_becomes_an_absolute_time() -> None:
    """An operation carries when it expires, not for how long it lives."""
    world = World()
    seen: list[Observed] = []
    world.point.observer = seen.append
    await world.send(to_group("g", "hi", ttlSeconds=30), to_group("g", "hi", ttlSeconds=0))
    sent = [item.operation for item in seen if isinstance(item, observation.OperationApplied)]
    assert [one.expires_at for one in sent if isinstance(one, ops.SendToGroup)] == [130.0, None]


async def test_ping() -> None:
    """The application's ping has a pong and no ack."""
    assert await World().send({"type": "ping", "ackId": 1}) == [{"type": "pong"}]


async def test_sequence_acks_are_ignored() -> None:
    """They are of use to reliable clients, and harmless from others."""
    assert await World().send({"type": "sequenceAck", "sequenceId": 5}) == []


@pytest.mark.parametrize(
    ("request_", "verb"),
    [(join("g", 1), "join"), (leave("g", 1), "leave"), (to_group("g", "x", 1), "send to")],
)
async def test_what_a_client_may_not_do(request_: dict[str, Any], verb: str) -> None:
    """It is told so, the connection stays, and the ack id may be used again."""
    world = World(roles=())
    error = {
        "name": "Forbidden",
        "message": f"The client does not have permission to {verb} group 'g'.",
    }
    assert await world.send(request_, request_) == [ack(1, error)] * 2
    permission = Permission.SEND_TO_GROUP if verb == "send to" else Permission.JOIN_LEAVE_GROUP
    world.session.permissions.grant(permission, "g")
    assert await world.send(request_) == [ack(1)]


DUPLICATE = {"name": "Duplicate", "message": "Message with ack-id: 1 has been processed"}


@pytest.mark.parametrize(
    "again", [join("h", 1), leave("g", 1), to_group("g", "x", 1), event("echo", ack_id=1)]
)
async def test_a_repeated_ack_id(again: dict[str, Any]) -> None:
    """Ids are one namespace; a repeated request is not carried out, and this is found out before a
    lacking permission."""
    world = World()
    assert await world.send(join("g", 1)) == [ack(1)]
    world.session.permissions = Permissions.from_roles(())
    assert await world.send(again) == [ack(1, DUPLICATE)]
    assert list(world.session.groups) == ["g"]
    assert world.application.user_events == []


async def test_failed_requests_may_be_repeated_under_their_id() -> None:
    """Only successes are remembered."""
    world = World()
    world.application.answer = EventFailed(status=500, message="secret")
    assert await world.send(event("e", ack_id=1)) == [ack(1, SERVER_ERROR)]
    world.application.answer = None
    assert await world.send(event("e", "hi", ack_id=1)) == [from_server("hi"), ack(1)]
    assert await world.send(event("e", "hi", ack_id=1)) == [ack(1, DUPLICATE)]
    assert world.application.user_events == ["e", "e"]


# Events


async def test_the_reply_comes_before_the_ack() -> None:
    """For an event, what the application says precedes the ack."""
    assert await World().send(event("greet", "hi", 7)) == [from_server("hi"), ack(7)]


@pytest.mark.parametrize(
    ("reply", "frames"),
    [
        (None, []),
        (Message(DataType.TEXT, b""), []),
        (Message(DataType.JSON, b'{"a": 1}'),
         [{"type": "message", "from": "server", "dataType": "json", "data": {"a": 1}}]),
        (Message(DataType.BINARY, b"\x00"),
         [{"type": "message", "from": "server", "dataType": "binary", "data": "AA=="}]),
        (Message(DataType.TEXT, b"", {"a": "b"}),
         [{**from_server(""), "metadata": {"a": "b"}}]),
    ],
)  # fmt: skip
async def test_replies(reply: Message | None, frames: list[Any]) -> None:
    """A reply is one message; one with neither data nor metadata is none."""
    world = World()
    world.application.answer = UserEventAccepted(reply=reply)
    assert await world.send(event("e", ack_id=1)) == [*frames, ack(1)]


@pytest.mark.parametrize("outcome", [EventFailed(status=500), EventFailed(status=401), Unhandled()])
async def test_failed_events(outcome: EventOutcome) -> None:
    """A client with a subprotocol gets an error ack if it wants one, and stays connected."""
    world = World()
    world.application.answer = outcome
    assert await world.send(event("e"), event("e", ack_id=1)) == [ack(1, SERVER_ERROR)]
    assert world.session.phase is Phase.ATTACHED


async def test_without_any_handler_events_fail() -> None:
    """Nobody there is a failure too."""
    assert await World(handled=False).send(event("e", ack_id=1)) == [ack(1, SERVER_ERROR)]


async def test_the_next_frame_waits_for_the_event() -> None:
    """While an event is being answered everything younger waits, pings included, and order holds;
    what others send to the client does not wait."""
    world = World()
    requests_ = [event("slow", "1", 1), {"type": "ping"}, join("g", 2), event("slow", "2", 3)]
    assert await world.send(*requests_, event("last", "3", 4)) == []
    assert world.application.user_events == ["slow"]
    world.hub.apply(ops.SendToAll(hub="chat", message=Message(DataType.TEXT, b"news")))
    await turns()
    assert world.answers() == [from_server("news")]
    world.application.gate.set()
    await turns()
    assert world.answers()[1:] == [
        from_server("1"),
        ack(1),
        {"type": "pong"},
        ack(2),
        from_server("2"),
        ack(3),
        from_server("3"),
        ack(4),
    ]
    assert world.application.user_events == ["slow", "slow", "last"]


async def test_what_waits_is_bounded() -> None:
    """A client that sends ahead of its pending event is not read from beyond the limit; empty
    messages count too."""
    for payload in (b"x" * 100, b""):
        world = World(codec=codec_for(None), max_inbox_bytes=1000)
        world.connection._inbox.hold()
        await world.send(*[client_frame(TEXT, payload)] * 40)
        assert world.wire.calls[-1] == "pause_reading"
        world.connection._inbox.release()
        await turns(400)
        assert world.wire.calls[-1] == "resume_reading"


async def test_acks_can_be_held_back() -> None:
    """A client that starts to wait only after sending gets its acks later, everything else at
    once."""
    world = World(ack_delay=0.02)
    assert await world.send(join("g", 1), {"type": "ping"}) == [{"type": "pong"}]
    await asyncio.sleep(0.05)
    assert world.answers() == [{"type": "pong"}, ack(1)]


# Simple clients


def simple(**rest: Any) -> World:
    return World(codec=codec_for("custom"), **rest)


async def test_a_simple_client() -> None:
    """Every message is the event ``message``; the reply is its payload, and there is no welcome."""
    world = simple()
    world.connection.welcome()
    assert await world.send(client_frame(TEXT, b"hi"), client_frame(BINARY, b"\x00")) == [
        "hi",
        b"\x00",
    ]
    assert world.application.user_events == ["message", "message"]
    kinds = [one.data_type for one in world.application.events if isinstance(one, UserEventRequest)]
    assert kinds == [DataType.TEXT, DataType.BINARY]


async def test_a_reply_of_nothing_but_metadata() -> None:
    """A simple client gets one empty text message."""
    world = simple()
    world.application.answer = UserEventAccepted(reply=Message(DataType.TEXT, b"", {"a": "b"}))
    assert await world.send(client_frame(TEXT, b"hi")) == [""]


@pytest.mark.parametrize("outcome", [EventFailed(status=400, message="secret"), Unhandled()])
async def test_a_failed_event_closes_a_simple_client(outcome: EventOutcome) -> None:
    """It could not be told otherwise; the application's text stays in the log."""
    world = simple()
    world.application.answer = outcome
    assert await world.send(client_frame(TEXT, b"hi"), client_frame(TEXT, b"again")) == [
        close_payload(1011, "Internal server error")
    ]
    assert world.application.user_events == ["message"]
    assert world.application.reasons == ["Internal server error"]


async def test_raw_group_mode() -> None:
    """Every message goes to the group; no event is raised, and only members receive."""
    world = simple(raw_group=RawGroup("g", no_echo=False))
    other, other_client = attached(AnyLoop(), "other")
    world.hub.add(other, ["g"])
    assert await world.send(client_frame(TEXT, b"hi")) == []
    world.hub.apply(ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c"))
    assert await world.send(client_frame(BINARY, b"\x00")) == [b"\x00"]
    assert list(map(_parsed, other_client.payloads)) == [
        from_group("g", "hi"),
        {**from_group("g", "AA=="), "dataType": "binary"},
    ]
    assert world.application.user_events == []


async def test_raw_group_mode_without_echo() -> None:
    """The sender is spared its own messages."""
    world = simple(raw_group=RawGroup("g", no_echo=True))
    world.hub.apply(ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c"))
    assert await world.send(client_frame(TEXT, b"hi")) == []


async def test_raw_group_mode_without_permission() -> None:
    """The role is asked for with each message, and lacking it closes the connection."""
    world = simple(raw_group=RawGroup("g", no_echo=False), roles=["webpubsub.sendToGroup.g"])
    assert await world.send(client_frame(TEXT, b"hi")) == []
    world.session.permissions.revoke(Permission.SEND_TO_GROUP, "g")
    reason = "The connection is not authorized for raw sendToGroup mode."
    assert await world.send(client_frame(TEXT, b"hi")) == [close_payload(1008, reason)]
    assert world.application.reasons == [reason]


async def test_raw_group_mode_with_permission_of_the_moment() -> None:
    """A role that is granted later is as good as one of the token."""
    world = simple(raw_group=RawGroup("g", no_echo=False), roles=["webpubsub.sendToGroup.h"])
    world.session.permissions.grant(Permission.SEND_TO_GROUP, "g")
    assert await world.send(client_frame(TEXT, b"hi")) == []
    assert world.application.reasons == []


# Ends

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
    assert world.connection._event is not None
    assert world.connection._event.cancelled()


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

    world.router._handler = closing_application = Closing()
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


# Failures of ours


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


def _fail_to_look(item: Observed) -> None:
    if isinstance(item, observation.EventAnswered):
        raise RuntimeError("as asked")


@pytest.mark.parametrize("where", ["reply", "next", "observer"])
async def test_a_failure_of_ours_after_an_event(
    where: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Likewise, also for what waits behind the event: the client is not left hanging."""
    world = World()
    await world.send(event("slow", "x", 1), join("g", 2), closing(1000))
    if where == "observer":
        world.point.observer = _fail_to_look
    else:
        monkeypatch.setattr(world.hub, "perform", _fail)
    if where == "next":
        world.application.answer = UserEventAccepted()
    world.application.gate.set()
    await turns()
    assert world.answers()[-1] == close_payload(1011, "Internal server error")
    await world.lose()
    assert world.application.reasons == ["Internal server error"]
    assert not world.hub.sessions
    assert any(record.exc_info for record in caplog.records)


# The seam to codecs


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


# Observation


async def test_requests_and_acks_pass_the_observable_point() -> None:
    """What comes in and what is acknowledged is seen."""
    world = World()
    seen: list[Observed] = []
    world.point.observer = seen.append
    await world.send(join("g", 1), {"type": "ping"}, event("e", ack_id=2))
    assert [type(item) for item in seen] == [
        observation.RequestReceived,
        observation.OperationApplied,
        observation.AckSent,
        observation.RequestReceived,
        observation.RequestReceived,
        observation.EventRaised,
        observation.EventAnswered,
        observation.Delivered,
        observation.OperationApplied,
        observation.AckSent,
    ]
    assert seen[2] == observation.AckSent("chat", "c", 1, None)
