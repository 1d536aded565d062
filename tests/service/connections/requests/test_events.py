"""Events: their replies, their acks, and what waits for them.

Specification: client-protocols sections 2.1, 2.3, 3.1, 3.2, 3.3, 5.6, 6.4, 11, 14 and 15,
upstream-events sections 8.4 and 11.3.
"""

import json
from typing import Any

import pytest

from tests.service.connections.world import (
    BINARY,
    SERVER_ERROR,
    TEXT,
    World,
    ack,
    closing,
    event,
    from_group,
    from_server,
    join,
    parsed,
    simple,
    turns,
)
from tests.service.fakes import ManualLoop as AnyLoop
from tests.service.fakes import attached, client_frame, close_payload
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.events import (
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.outcomes import (
    EventFailed,
    EventOutcome,
    Unhandled,
    UserEventAccepted,
)
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.connections.client import RawGroup
from webpubsub.service.sessions.life import Phase


async def test_the_reply_comes_before_the_ack() -> None:
    """For an event, what the application says precedes the ack."""
    assert await World().send(event("greet", "hi", 7)) == [from_server("hi"), ack(7)]


async def test_an_answer_that_is_there_at_once_is_written_at_once() -> None:
    """In the turn of the event loop in which it is there, and not in the next."""
    world = World()
    world.wire.receive(client_frame(TEXT, json.dumps(event("greet", "hi")).encode()))
    await turns(1)
    assert world.answers() == [from_server("hi")]


@pytest.mark.parametrize(
    ("reply", "frames"),
    [
        (None, []),
        (Message(DataType.TEXT, b""), []),
        (Message(DataType.JSON, b'{"a": 1}'),
         [{"type": "message", "from": "server", "dataType": "json", "data": {"a": 1}}]),
        (Message(DataType.BINARY, b"\x00"),
         [{"type": "message", "from": "server", "dataType": "binary", "data": "AA=="}]),
        (Message(DataType.JSON, b"null"), []),
        (Message(DataType.JSON, b" null\n", {"a": "b"}), []),
        (Message(DataType.TEXT, b"null"), [from_server("null")]),
        (Message(DataType.TEXT, b"", {"a": "b"}),
         [{**from_server(""), "metadata": {"a": "b"}}]),
    ],
)  # fmt: skip
async def test_replies(reply: Message | None, frames: list[Any]) -> None:
    """A reply is one message; one with neither data nor metadata is none, and neither is null."""
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
        world.connection.inbox.hold()
        await world.send(*[client_frame(TEXT, payload)] * 40)
        assert world.wire.calls[-1] == "pause_reading"
        world.connection.inbox.release()
        await turns(400)
        assert world.wire.calls[-1] == "resume_reading"


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
    assert list(map(parsed, other_client.payloads)) == [
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


def _fail(_operation: object) -> Refusal | None:
    raise RuntimeError("as asked")


@pytest.mark.parametrize("where", ["reply", "next"])
async def test_a_failure_of_ours_after_an_event(
    where: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Likewise, also for what waits behind the event: the client is not left hanging."""
    world = World()
    await world.send(event("slow", "x", 1), join("g", 2), closing(1000))
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
