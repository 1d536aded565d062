"""What a client may do, and what it is told of what it did.

Specification: client-protocols sections 5.5, 5.6, 6.1 and 6.3.
"""

from typing import Any

import pytest

from tests.service.connections.world import (
    SERVER_ERROR,
    World,
    ack,
    event,
    from_server,
    join,
    leave,
    to_group,
)
from tests.service.wire import until
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.outcomes import (
    EventFailed,
)
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.refusals import Refusal
from webpubsub.service import observation
from webpubsub.service.observation import Observed
from webpubsub.service.sessions.life import Phase


async def test_requests_without_ack_id_are_silent() -> None:
    """Nothing is said of success or failure."""
    world = World(roles=())
    assert await world.send(join("g"), to_group("g", "hi"), leave("g")) == []
    assert world.session.phase is Phase.ATTACHED


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


async def test_acks_can_be_held_back() -> None:
    """A client that starts to wait only after sending gets its acks later, everything else at
    once."""
    requests = join("g", 1), {"type": "ping"}
    assert await World(ack_delay=3600).send(*requests) == [{"type": "pong"}]
    world = World(ack_delay=0.001)
    await world.send(*requests)
    await until(lambda: ack(1) in world.answers())


def _fail(_operation: object) -> Refusal | None:
    raise RuntimeError("as asked")


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
        observation.RequestHandled,
        observation.RequestReceived,
        observation.RequestHandled,
        observation.RequestReceived,
        observation.RequestHandled,
        observation.EventRaised,
        observation.EventAnswered,
        observation.Delivered,
        observation.OperationApplied,
        observation.AckSent,
    ]
    assert seen[2] == observation.AckSent("chat", "c", 1, None)
