"""The streams of one client, from its start to what the subscribers see.

Specification: client-protocols sections 5.5, 6.3, 9.3 and 10.
"""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.service.connections.world import CLOSE, World, event, turns
from tests.service.fakes import JSON_SUBPROTOCOL, ManualLoop, attached, client_frame, close_payload
from tests.service.wire import BINARY, Peer, join, running
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.protobuf import SUBPROTOCOL as PROTOBUF
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.clients.requests import StartStream
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.streams import OpenStreams
from webpubsub.service.service import Service
from webpubsub.service.session_limits import BufferLimits
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Session
from webpubsub.service.sweeper import SWEEP_INTERVAL
from webpubsub.testing.clock import Clock

GONE = {"name": "Cancelled", "message": "The connection of the publisher has ended."}


def start(stream_id: str = "s", group: str = "room", **members: Any) -> dict[str, Any]:
    stream = {"streamId": stream_id, "idleTimeoutMs": members.pop("idleTimeoutMs", 60_000)}
    return {"type": "sendToGroup", "group": group, "stream": stream} | members


def fragment(number: int, stream_id: str = "s") -> dict[str, Any]:
    content = {"streamSequenceId": number, "dataType": "text", "data": f"word {number}"}
    return {"type": "streamData", "streamId": stream_id} | content


def alive(stream_id: str = "s") -> dict[str, Any]:
    return {"type": "streamData", "streamId": stream_id}


def end(stream_id: str = "s", **error: str) -> dict[str, Any]:
    return {"type": "streamEnd", "streamId": stream_id} | ({"error": error} if error else {})


def stream_ack(expected: int, stream_id: str = "s") -> dict[str, Any]:
    return {"type": "streamAck", "streamId": stream_id, "expectedSequenceId": expected}


def closed(name: str | None = None, stream_id: str = "s") -> dict[str, Any]:
    """A closed notice; of an error, the name alone."""
    return {"type": "streamClosed", "streamId": stream_id} | ({"error": name} if name else {})


def named(messages: Sequence[Any]) -> list[Any]:
    """Messages with the names of their errors in place of the errors."""
    return [
        one | {"error": one["error"]["name"]} if isinstance(one, dict) and "error" in one else one
        for one in messages
    ]


def heard(number: int, data: str | None = None, **members: Any) -> dict[str, Any]:
    """What a subscriber hears of the stream ``s`` of alice in the room."""
    message = {"type": "message", "from": "group", "group": "room", "fromUserId": "alice"}
    content = {"dataType": "text", "data": f"word {number}" if data is None else data}
    return message | content | {"stream": {"streamId": "s", "streamSequenceId": number} | members}


def last(number: int, **error: Any) -> dict[str, Any]:
    """How a stream ends for a subscriber."""
    return heard(number, "", endOfStream=True, **({"error": error} if error else {}))


class Room(World):
    """A publisher, and a subscriber in the room."""

    def __init__(self, *, codec: ClientCodec | None = None, **rest: Any) -> None:
        super().__init__(**rest)
        self.loop = ManualLoop()
        self.session_of_bob, self.bob = attached(self.loop, "b", codec=codec or JsonCodec())
        self.hub.add(self.session_of_bob, ["room"])

    def overheard(self) -> list[Any]:
        """What the subscriber has heard of the streams, parsed."""
        return [json.loads(payload) for payload in self.bob.payloads]

    def wait(self, seconds: float) -> None:
        """Let time pass, with the sweeper at work."""
        self.time += seconds
        self.now += SWEEP_INTERVAL  # too little for pings
        self.sweeper.sweep()

    def permit(self, operation: type[ops.GrantPermission | ops.RevokePermission]) -> None:
        self.hub.apply(
            operation(
                hub="chat",
                connection_id="c",
                permission=Permission.SEND_TO_GROUP,
                target="room",
            )
        )


async def test_a_stream_from_start_to_end() -> None:
    """The publisher is told how far it has come, and a subscriber hears numbered messages of the
    group."""
    room = Room()
    answers = await room.send(start(), fragment(1), alive(), fragment(2), end())
    assert answers == [stream_ack(1), stream_ack(2), stream_ack(3), closed()]
    assert room.overheard() == [heard(1), heard(2), last(3)]


async def test_an_error_of_the_publisher() -> None:
    """It reaches the subscribers; to the publisher, the stream has ended well."""
    room = Room()
    await room.send(start(), fragment(1))
    assert await room.send(end(message="gone", userErrorCode="E1")) == [closed()]
    error = {"name": "UserError", "message": "gone", "userErrorCode": "E1"}
    assert room.overheard() == [heard(1), last(2, **error)]


async def test_repetitions_and_gaps() -> None:
    """Neither is heard; the publisher is told where to go on."""
    room = Room()
    await room.send(start(), fragment(1), fragment(2))
    nack = {
        "type": "streamNack",
        "streamId": "s",
        "name": "InvalidSequenceId",
        "message": "The fragment 3 is expected next.",
        "expectedSequenceId": 3,
    }
    answers = await room.send(fragment(1), fragment(5), fragment(4), fragment(3), fragment(3))
    assert answers == [stream_ack(3), nack, nack, stream_ack(4), stream_ack(4)]
    assert room.overheard() == [heard(1), heard(2), heard(3)]


@pytest.mark.parametrize("request_", [fragment(1), alive(), end()])
async def test_a_stream_that_is_not_open(request_: dict[str, Any]) -> None:
    """It is not found, before any stream was opened and after the end of one."""
    room = Room()
    assert named(await room.send(request_)) == [closed("StreamNotFound")]
    await room.send(start(), end())
    assert named(await room.send(request_)) == [closed("StreamNotFound")]
    assert room.overheard() == [last(1)]


async def test_bad_starts() -> None:
    """A start that is refused says so, keeps the connection and the open stream of that id."""
    room = Room()
    await room.send(start())
    bad = (start(), start("t", idleTimeoutMs=0), start("t", data="x"), start("i" * 1025))
    assert named(await room.send(*bad)) == [
        closed("BadRequest"),
        closed("BadRequest", "t"),
        closed("BadRequest", "t"),
        closed("BadRequest", "i" * 1025),
    ]
    assert await room.send(fragment(1)) == [stream_ack(2)]


async def test_no_echo() -> None:
    """The publisher hears neither its fragments nor the end, unless it wants to."""
    for no_echo, number in ((True, 0), (False, 2)):
        room = Room()
        room.hub.apply(ops.AddConnectionToGroup(hub="chat", group="room", connection_id="c"))
        answers = await room.send(start(noEcho=no_echo), fragment(1), end())
        assert len([one for one in answers if one["type"] == "message"]) == number
        assert room.overheard() == [heard(1), last(2)]


async def test_an_own_copy_comes_before_its_ack() -> None:
    """As for every message to a group."""
    room = Room()
    room.hub.apply(ops.AddConnectionToGroup(hub="chat", group="room", connection_id="c"))
    await room.send(start())
    assert await room.send(fragment(1), end()) == [heard(1), stream_ack(2), last(2), closed()]


@pytest.mark.parametrize("request_", [fragment(2), fragment(1), alive(), end()])
async def test_a_role_that_is_taken_away(request_: dict[str, Any]) -> None:
    """The next thing that the publisher says of the stream ends it for both sides, and is not
    heard; its other streams go on."""
    room = Room()
    await room.send(start(), fragment(1), start("t", "other"))
    room.permit(ops.RevokePermission)
    assert named(await room.send(request_, request_)) == [
        closed("Forbidden"),
        closed("StreamNotFound"),
    ]
    message = "The publisher may not send to the group any more."
    assert room.overheard() == [heard(1), last(2, name="Forbidden", message=message)]
    assert await room.send(fragment(1, "t")) == [stream_ack(2, "t")]


async def test_an_idle_stream() -> None:
    """It ends for both sides, and the sweeper has nothing more to do with it."""
    room = Room()
    await room.send(start(), fragment(1))
    room.wait(59.9)
    assert room.overheard() == [heard(1)]
    before = len(room.answers())
    room.wait(0.1)
    await turns()
    assert named(room.answers(before)) == [closed("IdleTimeout")]
    error = {"name": "IdleTimeout", "message": "The stream was idle for too long."}
    assert room.overheard() == [heard(1), last(2, **error)]
    room.wait(1)
    assert not room.session.streams_watched
    assert not room.sweeper._watched.get(SWEEP_INTERVAL)


async def test_signs_of_life() -> None:
    """Fragments and keep-alives, and nothing else, put the end off."""
    room = Room()
    await room.send(start(), start("t"))
    for request in (alive(), fragment(1), fragment(1), fragment(9), alive()):
        room.wait(59)
        assert closed("IdleTimeout") not in named(await room.send(request))
        await room.send({"type": "ping"}, event("e", "x", None))
    # The other one has ended meanwhile, and only that.
    ends = [one["stream"]["streamId"] for one in room.overheard() if one["data"] == ""]
    assert ends == ["t"]


async def test_the_sweeper_looks_at_a_session_once() -> None:
    """However many streams begin and end, there is one entry for all."""
    room = Room()
    for _ in range(50):
        await room.send(start(), end(), start("t"), end("t"))
    assert len(room.sweeper._watched[SWEEP_INTERVAL]) == 1
    room.wait(1)
    await room.send(start())
    assert len(room.sweeper._watched[SWEEP_INTERVAL]) == 1


async def test_a_publisher_that_is_lost() -> None:
    """Its streams end for the subscribers, once."""
    room = Room()
    await room.send(start(), fragment(1))
    await room.lose()
    room.wait(100)
    assert room.overheard() == [heard(1), last(2, **GONE)]


async def test_a_publisher_that_closes_or_is_closed() -> None:
    """Whoever ends the connection, and the publisher hears nothing of it."""
    room = Room()
    await room.send(start())
    assert await room.send(client_frame(CLOSE, close_payload(1000))) == [close_payload(1000)]
    assert room.overheard() == [last(1, **GONE)]
    room = Room()
    await room.send(start())
    room.hub.perform(ops.CloseConnection(hub="chat", connection_id="c"))
    assert room.overheard() == [last(1, **GONE)]
    room = Room()
    await room.send(start())
    assert (await room.send({"type": "nonsense"}))[0][:2] == (1007).to_bytes(2)
    assert room.overheard() == [last(1, **GONE)]


def reliable(room: Room, connection_id: str, *, messages: int) -> Session:
    """A reliable client in the room that may have so many unacknowledged messages."""
    session, _ = attached(room.loop, connection_id)
    session.buffer = MessageBuffer(JsonCodec(), BufferLimits(messages=messages))
    session.outbox = None
    room.hub.add(session, ["room"])
    return session


async def test_a_publisher_that_falls_by_its_own_fragment() -> None:
    """A publisher that does not acknowledge what it echoes to itself ends, and nobody hears the end
    of its stream before the last fragment."""
    room = Room()
    room.session.buffer = MessageBuffer(JsonCodec(), BufferLimits(messages=1))
    room.session.outbox = None
    # First in the room.
    room.hub.apply(ops.RemoveConnectionFromGroup(hub="chat", group="room", connection_id="b"))
    for one in "cb":
        room.hub.apply(ops.AddConnectionToGroup(hub="chat", group="room", connection_id=one))
    reliable(room, "d", messages=100)
    await room.send(start(), fragment(1), fragment(2))
    assert room.session.connection_id not in room.hub.sessions
    assert room.overheard() == [heard(1), heard(2), last(3, **GONE)]
    kept = room.hub.sessions["d"].buffer
    assert kept is not None
    numbers = [one.delivery.stream for one in kept.snapshot().kept]
    assert [one.sequence_id for one in numbers if one is not None] == [1, 2, 3]


async def test_publishers_that_fall_together() -> None:
    """However many there are whose streams' ends are too much for the next."""
    room = Room()
    for number in range(500):
        session = reliable(room, f"r{number}", messages=1)
        session.streams = OpenStreams(session.publisher)
        session.streams.start(StartStream(group="room", stream_id="s"), room.time)
    await room.send(start(), fragment(1))
    assert len(room.hub.sessions) == 502
    await room.send(fragment(2))
    assert [*room.hub.sessions] == ["c", "b"]
    assert [one["stream"]["streamSequenceId"] for one in room.overheard()] == [1, 2] + [1] * 500


async def test_simple_subscribers() -> None:
    """They get the fragments as they are, and nothing at the end."""
    room = Room(codec=codec_for(None))
    await room.send(start(), fragment(1), fragment(2), end())
    assert room.bob.payloads == [b"word 1", b"word 2"]


def protobuf(**message: Any) -> bytes:
    return client_frame(BINARY, wire.UpstreamMessage(**message).SerializeToString())


async def read(peer: Peer) -> wire.DownstreamMessage:
    _, payload = await peer.frame()
    return wire.DownstreamMessage.FromString(payload)


@asynccontextmanager
async def pair(
    service: Service, publisher: str, subscriber: str
) -> AsyncIterator[tuple[Peer, Peer]]:
    """A publisher and a subscriber that are the next to be told something."""
    roles = ["webpubsub.sendToGroup"]
    async with (
        await join(service, subprotocol=subscriber, groups=["room"]) as bob,
        await join(service, subprotocol=publisher, user_id="alice", roles=roles) as alice,
    ):
        await alice.frame()
        await bob.frame()
        yield alice, bob


async def test_from_json_to_protobuf() -> None:
    """A protobuf subscriber reads the fields of its schema."""
    async with running() as service, pair(service, JSON_SUBPROTOCOL, PROTOBUF) as (alice, bob):
        await alice.say(start(), fragment(1), end(message="m"))
        assert [await alice.hear() for _ in range(3)] == [stream_ack(1), stream_ack(2), closed()]
        first, second = [(await read(bob)).data_message for _ in range(2)]
        assert first == _data_message(
            text_data="word 1", stream=wire.StreamInfo(stream_id="s", stream_sequence_id=1)
        )
        error = wire.StreamInfo.StreamError(name="UserError", message="m")
        assert second == _data_message(
            text_data="",
            stream=wire.StreamInfo(
                stream_id="s", stream_sequence_id=2, end_of_stream=True, error=error
            ),
        )


def _data_message(text_data: str, stream: wire.StreamInfo) -> wire.DataMessage:
    data = wire.MessageData(text_data=text_data)
    message = wire.DataMessage(group="room", data=data, stream=stream)
    setattr(message, "from", "group")
    return message


async def test_from_protobuf_to_json() -> None:
    """A protobuf publisher is told in its own words."""
    async with running() as service, pair(service, PROTOBUF, JSON_SUBPROTOCOL) as (alice, bob):
        data = {"text_data": "word 1"}
        await alice.send(
            protobuf(send_to_group_message={"group": "room", "stream": {"stream_id": "s"}}),
            protobuf(stream_data_message={"stream_id": "s", "stream_sequence_id": 2, "data": data}),
            protobuf(stream_data_message={"stream_id": "s", "stream_sequence_id": 1, "data": data}),
            protobuf(stream_data_message={"stream_id": "s"}),
            protobuf(stream_end_message={"stream_id": "s"}),
            protobuf(stream_end_message={"stream_id": "s"}),
        )
        told = [await read(alice) for _ in range(5)]
        assert [one.WhichOneof("message") for one in told] == [
            "stream_ack_message",
            "stream_nack_message",
            "stream_ack_message",
            "stream_closed_message",
            "stream_closed_message",
        ]
        assert told[1].stream_nack_message.expected_sequence_id == 1
        assert told[2].stream_ack_message.expected_sequence_id == 2
        assert not told[3].stream_closed_message.HasField("error")
        assert told[4].stream_closed_message.error.name == "StreamNotFound"
        assert [await bob.hear() for _ in range(2)] == [heard(1), last(2)]


async def test_an_idle_stream_over_the_wire() -> None:
    """The running service's sweeper ends it within half a second."""
    clock = Clock()
    async with (
        running(clock=clock) as service,
        pair(service, JSON_SUBPROTOCOL, JSON_SUBPROTOCOL) as (alice, bob),
    ):
        await alice.say(start(idleTimeoutMs=1))
        assert await alice.hear() == stream_ack(1)
        await clock.advance(0.5)
        assert named([await alice.hear()]) == [closed("IdleTimeout")]
        assert (await bob.hear())["stream"]["error"]["name"] == "IdleTimeout"
