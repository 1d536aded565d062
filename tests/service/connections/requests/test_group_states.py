"""A client that shows states and watches them.

Specification: client-protocols sections 5.5, 5.6, 6, 9.4 and 10.
"""

from typing import Any

from tests.service.connections import world as connections
from tests.service.connections.world import ack, join, leave
from tests.service.hubs.test_group_states import snapshot, update
from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import Permission


def sets(state: Any, ack_id: int | None = None, group: str = "g") -> dict[str, Any]:
    return {"type": "setGroupState", "group": group, "state": state, "ackId": ack_id}


def subscribes(ack_id: int | None = None, group: str = "g") -> dict[str, Any]:
    return {"type": "subscribeGroupState", "group": group, "ackId": ack_id}


def unsubscribes(ack_id: int | None = None, group: str = "g") -> dict[str, Any]:
    return {"type": "unsubscribeGroupState", "group": group, "ackId": ack_id}


def mine(state: Any, updated_at: int = 100_000) -> dict[str, Any]:
    told = {"connectionId": "c", "userId": "alice", "updatedAt": updated_at}
    return told if state is None else {**told, "state": state}


def denied(ack_id: int, verb: str) -> dict[str, Any]:
    message = f"The client does not have permission to {verb} group 'g'."
    return ack(ack_id, {"name": "Forbidden", "message": message})


async def test_a_client_sets_and_watches() -> None:
    """Its own copy comes before its ack, and the snapshot after that of its subscription."""
    world = connections.World()
    assert await world.send(join("g", 1), sets({"a": "b"}, 2), subscribes(3)) == [
        ack(1),
        ack(2),
        ack(3),
        snapshot(mine({"a": "b"})),
    ]
    assert await world.send(sets({}, 4), sets(None, 5), unsubscribes(6), sets({}, 7)) == [
        update(mine({}, 100_001)),
        ack(4),
        update(mine(None, 100_002)),
        ack(5),
        ack(6),
        ack(7),
    ]


async def test_a_subscription_is_answered_with_a_snapshot_each_time() -> None:
    """An empty one, too, and without an ack if none is asked for."""
    world = connections.World()
    assert await world.send(subscribes(), subscribes(1)) == [snapshot(), ack(1), snapshot()]


async def test_each_snapshot_is_written_before_the_next_is_made() -> None:
    """Little asks for much here, so a client that asks again and again is answered piece by piece,
    what it says behind that waits, and it is dropped when it does not read."""
    world = connections.World()
    before = len(world.wire.writes)
    await world.send(*[subscribes(number) for number in range(5)], {"type": "ping"})
    assert len(world.wire.writes) - before == 6
    assert world.answers()[-1] == {"type": "pong"}
    world.websocket.outbox.pause()
    await world.send(*[subscribes() for _ in range(8)])
    assert "abort" in world.wire.calls
    assert world.hub.sessions == {}


async def test_leaving_is_told_before_its_ack() -> None:
    """To the one that leaves, too, which still watches."""
    world = connections.World()
    await world.send(join("g"), sets({}), subscribes())
    assert await world.send(leave("g", 1)) == [update(mine(None, 100_001)), ack(1)]


async def test_roles() -> None:
    """Setting needs the one for sending, subscribing the one for joining, unsubscribing none;
    what is forbidden is silent without an ack id, and does nothing."""
    world = connections.World(roles=())
    world.hub.apply(ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c"))
    answers = await world.send(
        sets({}, 1), sets(None, 2), subscribes(3), unsubscribes(4), sets({}), subscribes()
    )
    assert answers == [
        denied(1, "set the state of"),
        denied(2, "set the state of"),
        denied(3, "subscribe to the state of"),
        ack(4),
    ]
    assert world.session.group_states is None
    grant = {"hub": "chat", "connection_id": "c", "target": "g"}
    world.hub.apply(ops.GrantPermission(permission=Permission.SEND_TO_GROUP, **grant))
    assert await world.send(sets({}, 1), subscribes(3)) == [
        ack(1),
        denied(3, "subscribe to the state of"),
    ]
    world.hub.apply(ops.GrantPermission(permission=Permission.JOIN_LEAVE_GROUP, **grant))
    assert await world.send(subscribes(3)) == [ack(3), snapshot(mine({}))]


async def test_a_repeated_ack_id_does_nothing() -> None:
    """Not even a snapshot is sent, and permissions do not matter."""
    world = connections.World()
    await world.send(join("g", 1))
    text = "Message with ack-id: 1 has been processed"
    again = ack(1, {"name": "Duplicate", "message": text})
    assert await world.send(sets({}, 1), subscribes(1), unsubscribes(1)) == [again] * 3
    assert world.session.group_states is None


async def test_what_the_hub_refuses() -> None:
    """The ack says why, the id can be used again, and the connection stays."""
    world = connections.World()
    problem = {"name": "BadRequest", "message": "The connection is not in group 'g'."}
    assert await world.send(sets({}, 1), sets({})) == [ack(1, problem)]
    assert await world.send(sets(None, 1), join("g"), sets({}, 2)) == [ack(1), ack(2)]


async def test_limits_are_bad_requests() -> None:
    """One state, and one subscription, too many."""
    world = connections.World()
    for number in range(100):
        await world.send(join(f"{number}"), sets({}, group=f"{number}"))
        await world.send(subscribes(group=f"{number}"))
    text = "The connection has a state in 100 groups, which is the most."
    answers = await world.send(join("more"), sets({}, 1, "more"), subscribes(2, "more"))
    assert answers == [
        ack(1, {"name": "BadRequest", "message": text}),
        ack(
            2,
            {
                "name": "BadRequest",
                "message": "The connection watches the states of 100 groups, which is the most.",
            },
        ),
    ]


async def test_what_is_no_state_closes() -> None:
    """As everything that is no request, with 1007."""
    world = connections.World()
    (payload,) = await world.send(sets({"a": 1}, 1))
    assert payload[:2] == (1007).to_bytes(2)
