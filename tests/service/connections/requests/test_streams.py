"""Streams among the other requests of a client.

Specification: client-protocols section 9.3.
"""

from tests.service.connections.test_streams import (
    Room,
    alive,
    closed,
    end,
    fragment,
    named,
    start,
    stream_ack,
)
from tests.service.connections.world import ack, event, turns
from webpubsub.protocol import operations as ops
from webpubsub.service import observation
from webpubsub.service.observation import Observed


async def test_a_start_may_ask_for_an_ack() -> None:
    """It gets one besides, and under an id that has succeeded nothing is done again."""
    room = Room()
    assert await room.send(start(ackId=1)) == [stream_ack(1), ack(1)]
    (duplicate,) = await room.send(start("t", ackId=1))
    assert duplicate["error"]["name"] == "Duplicate"
    refused = named(await room.send(start(ackId=2)))
    assert refused == [closed("BadRequest"), ack(2) | {"success": False, "error": "BadRequest"}]
    assert await room.send(start("t", ackId=2)) == [stream_ack(1, "t"), ack(2)]


async def test_a_start_needs_the_role() -> None:
    """For this very group."""
    room = Room(roles=["webpubsub.sendToGroup.other", "webpubsub.joinLeaveGroup"])
    message = "The client does not have permission to send to group 'room'."
    error = {"name": "Forbidden", "message": message}
    assert await room.send(start(ackId=1)) == [
        {"type": "streamClosed", "streamId": "s", "error": error},
        ack(1, error),
    ]
    assert await room.send(start("s", "other")) == [stream_ack(1)]
    room.permit(ops.GrantPermission)
    assert await room.send(start("t")) == [stream_ack(1, "t")]


async def test_observed() -> None:
    """Requests and sends pass the observation point as all others do."""
    room = Room()
    seen: list[Observed] = []
    room.point.observer = seen.append
    await room.send(start(), fragment(1), alive(), end())
    kinds = [type(one).__name__ for one in seen]
    assert kinds.count("RequestReceived") == 4
    assert kinds.count("OperationApplied") == kinds.count("Delivered") == 2
    deliveries = [one.delivery for one in seen if isinstance(one, observation.Delivered)]
    assert all(one.stream is not None for one in deliveries)


async def test_an_event_holds_a_stream_back() -> None:
    """Requests of one connection are handled in their order."""
    room = Room()
    assert await room.send(event("slow", "x", 1), start(), fragment(1)) == []
    room.application.gate.set()
    await turns()
    assert [one["type"] for one in room.answers()] == ["message", "ack", "streamAck", "streamAck"]
