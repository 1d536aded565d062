"""Closing by the application.

Specification: client-protocols section 5.10, rest-api section 6.3.
"""

import msgspec
import pytest

from tests.service.fakes import Endings
from tests.service.hubs.world import PEOPLE, World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import HubOperation
from webpubsub.service.sessions.life import Phase
from webpubsub.service.sessions.session import Session


@pytest.mark.parametrize(
    ("operation", "closed"),
    [
        (ops.CloseAllConnections(hub="chat"), {"c0", "c1", "c2", "c3"}),
        (ops.CloseAllConnections(hub="chat", excluded=frozenset({"c1"})), {"c0", "c2", "c3"}),
        (ops.CloseGroupConnections(hub="chat", group="g"), {"c0", "c2"}),
        (
            ops.CloseGroupConnections(hub="chat", group="g", excluded=frozenset({"c2"})),
            {"c0"},
        ),
        (ops.CloseUserConnections(hub="chat", user_id="alice"), {"c0", "c1"}),
        (
            ops.CloseUserConnections(hub="chat", user_id="alice", excluded=frozenset({"c0"})),
            {"c1"},
        ),
        (ops.CloseConnection(hub="chat", connection_id="c3"), {"c3"}),
    ],
)
@pytest.mark.parametrize(
    ("reason", "message"),
    [
        (None, "Application server closed the connection."),
        ("", "Application server closed the connection."),
        ("über" * 100, "Application server closed the connection. Reason: " + "über" * 100),
    ],
)
def test_closing(
    operation: HubOperation, closed: set[str], reason: str | None, message: str
) -> None:
    """Whoever is closed is told why, is nowhere any more, and ``disconnected`` is raised once."""
    world = World()
    world.join("g", "c0", "c2")
    with_reason = msgspec.structs.replace(operation, reason=reason)
    world.hub.apply(with_reason)
    world.hub.apply(with_reason)
    assert world.farewells == dict.fromkeys(closed, message)
    assert sorted(world.endings.ended) == sorted((one, message) for one in closed)
    assert set(world.hub.sessions) == set(PEOPLE) - closed
    assert set(world.hub.members("g")) == {"c0", "c2"} - closed
    assert {world.sessions[one].phase for one in closed} == {Phase.ENDED}
    assert world.hub.ask(ops.UserExists(hub="chat", user_id="alice")) is not (
        {"c0", "c1"} <= closed
    )


def test_closing_everybody_while_endings_close_others() -> None:
    """Whoever is told of an ending may change the hub meanwhile."""
    world = World()

    class Vengeful(Endings):
        def disconnected(self, session: Session, reason: str) -> None:
            super().disconnected(session, reason)
            world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c3"))

    world.hub._register.events = endings = Vengeful()
    world.hub.apply(ops.CloseAllConnections(hub="chat"))
    assert sorted(one for one, _ in endings.ended) == ["c0", "c1", "c2", "c3"]
