"""Who comes, goes, joins and leaves, and who is told of it.

Specification: client-protocols section 5.10, upstream-events section 12.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest

from tests.service.fakes import Endings, attached
from tests.service.hubs.edges import Edges
from tests.service.hubs.world import World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import HubOperation
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.hubs.rosters import RosterKind
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session


def test_a_session_comes_with_its_groups() -> None:
    """A session is visible with all its groups at once, its own and those of the handshake."""
    world = World()
    session, _ = attached(world.loop, "new")
    snapshot = session.snapshot()
    world.hub.add(session, ("g", "h"))
    assert set(session.groups) == {"g", "h"}
    world.hub.end(session, "")
    again = Session.install(
        msgspec.structs.replace(snapshot, groups=tuple(world_membership("g", "k")))
    )
    world.hub.add(again)
    assert list(world.hub.members("g")) == ["new"]
    assert list(world.hub.members("k")) == ["new"]


def world_membership(*groups: str) -> Iterable[Any]:
    session = Session("chat", "x")
    hub = Hub("chat", Endings(), ObservationPoint())
    hub.add(session, groups)
    return session.groups.values()


def test_ending_once() -> None:
    """A session ends for the first reason it is given, and only once."""
    world = World()
    session = world.sessions["c0"]
    assert world.hub.end(session, "first")
    assert not world.hub.end(session, "second")
    world.hub.apply(ops.CloseAllConnections(hub="chat"))
    assert world.endings.ended.count(("c0", "first")) == 1
    assert [one for one, _ in world.endings.ended].count("c0") == 1


PRESENCE = [
    (ops.AddConnectionToGroup(hub="chat", group="h", connection_id="c0"),
     [("joined", "c0", "h")]),
    (ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c0"), []),
    (ops.AddUserToGroup(hub="chat", group="g", user_id="alice"), [("joined", "c1", "g")]),
    (ops.AddConnectionsToGroups(hub="chat", groups=("g", "h"), filter="userId eq 'alice'"),
     [("joined", "c0", "h"), ("joined", "c1", "g"), ("joined", "c1", "h")]),
    (ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c0"),
     [("left", "c0", "g")]),
    (ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c1"), []),
    (ops.RemoveConnectionFromAllGroups(hub="chat", connection_id="c2"),
     [("left", "c2", "g"), ("left", "c2", "h")]),
    (ops.RemoveUserFromGroup(hub="chat", group="g", user_id="bob"), [("left", "c2", "g")]),
    (ops.RemoveUserFromAllGroups(hub="chat", user_id="bob"),
     [("left", "c2", "g"), ("left", "c2", "h")]),
    (ops.RemoveConnectionsFromGroups(hub="chat", groups=("g",), filter="userId ne null"),
     [("left", "c0", "g"), ("left", "c2", "g")]),
    (ops.CloseConnection(hub="chat", connection_id="c2", reason="x"),
     [("left", "c2", "g"), ("left", "c2", "h"),
      ("disconnected", "c2", "Application server closed the connection. Reason: x")]),
    (ops.CloseConnection(hub="chat", connection_id="c1"),
     [("disconnected", "c1", "Application server closed the connection.")]),
]  # fmt: skip


@pytest.mark.parametrize(("operation", "raised"), PRESENCE)
def test_who_joins_and_leaves_groups(
    operation: HubOperation, raised: list[tuple[str, str, str]]
) -> None:
    """Each change of a membership, by whatever it comes about, is told once; what changes nothing
    is not told, and the end comes last."""
    world = World(wants_presence=True)
    world.join("g", "c0", "c2")
    world.join("h", "c2")
    world.endings.raised.clear()
    assert world.hub.apply(operation) is None
    assert world.endings.raised == raised


def test_the_groups_of_a_new_session_are_joined_and_those_of_a_moved_one_are_not() -> None:
    """A client that comes back, perhaps to another node, has not left."""
    world = World(wants_presence=True)
    session, _ = attached(world.loop, "new")
    world.hub.add(session, ("g", "g"))
    assert world.endings.raised == [("joined", "new", "g")]
    again = Session.install(session.snapshot())
    world.hub.replace(again)
    assert world.endings.raised == [("joined", "new", "g")]
    world.hub.end(again, "")
    assert world.endings.raised[1:] == [("left", "new", "g"), ("disconnected", "new", "")]


def test_presence_that_nobody_wants_is_not_told() -> None:
    """The hub looks before it says anything."""
    world = World()
    world.join("g", "c0")
    world.hub.apply(ops.CloseConnection(hub="chat", connection_id="c0"))
    assert [name for name, *_ in world.endings.raised] == ["disconnected"]


def test_edges_arise_for_hub_groups_and_users() -> None:
    """First and last members of everything are told in one place."""
    world = World()
    edges = Edges()
    world.hub.watch_edges(edges)
    world.join("g", "c2")
    world.hub.apply(ops.CloseAllConnections(hub="chat"))
    assert edges.seen == [
        ("entered", RosterKind.GROUP, "chat", "g"),
        ("left", RosterKind.USER, "chat", "alice"),
        ("left", RosterKind.GROUP, "chat", "g"),
        ("left", RosterKind.USER, "chat", "bob"),
        ("left", RosterKind.HUB, "chat", "chat"),
    ]
    world.hub.watch_edges(None)
    world.hub.add(Session("chat", "new"))
    assert len(edges.seen) == 5
