"""Who is in which group, by whatever operation.

Specification: client-protocols sections 5.7 and 10.
"""

import pytest

from tests.service.hubs.world import World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import HubOperation, Permission
from webpubsub.protocol.refusals.hub import GROUPS_FULL
from webpubsub.service.session_limits import SessionLimits


def test_joining_and_leaving_are_idempotent() -> None:
    """Joining twice and leaving a group one is not in succeed (client-protocols section 5.7)."""
    world = World()
    leave = ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c0")
    assert world.hub.apply(leave) is None
    world.join("g", "c0", "c0")
    assert list(world.hub.members("g")) == ["c0"]
    assert world.hub.apply(leave) is None
    assert world.hub.apply(leave) is None
    assert not world.hub.ask(ops.GroupExists(hub="chat", group="g"))


@pytest.mark.parametrize(
    ("operation", "code"),
    [
        (ops.AddConnectionToGroup(hub="chat", group="g", connection_id="x"),
         "hub.connection.unknown"),
        (ops.AddUserToGroup(hub="chat", group="g", user_id="x"), "hub.user.unknown"),
        (ops.GrantPermission(hub="chat", connection_id="x",
                             permission=Permission.SEND_TO_GROUP, target="g"),
         "hub.connection.unknown"),
        (ops.RevokePermission(hub="chat", connection_id="x",
                              permission=Permission.SEND_TO_GROUP, target="g"), None),
        (ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="x"), None),
        (ops.RemoveConnectionFromAllGroups(hub="chat", connection_id="x"), None),
        (ops.RemoveUserFromGroup(hub="chat", group="g", user_id="x"), None),
        (ops.RemoveUserFromAllGroups(hub="chat", user_id="x"), None),
        (ops.CloseConnection(hub="chat", connection_id="x"), None),
        (ops.CloseUserConnections(hub="chat", user_id="x"), None),
        (ops.CloseGroupConnections(hub="chat", group="x"), None),
    ],
)  # fmt: skip
def test_who_is_not_there(operation: HubOperation, code: str | None) -> None:
    """Adding somebody unknown is refused; taking away what is not there succeeds."""
    world = World()
    refusal = world.hub.apply(operation)
    assert (refusal.kind.code if refusal else None) == code
    assert not world.hub.ask(ops.GroupExists(hub="chat", group="g"))


def test_users_join_with_all_their_connections() -> None:
    """A user is all its current connections."""
    world = World()
    world.hub.apply(ops.AddUserToGroup(hub="chat", group="g", user_id="alice"))
    world.hub.apply(ops.AddUserToGroup(hub="chat", group="h", user_id="alice"))
    assert list(world.hub.members("g")) == ["c0", "c1"]
    world.hub.apply(ops.RemoveUserFromGroup(hub="chat", group="g", user_id="alice"))
    assert not world.hub.members("g")
    world.hub.apply(ops.RemoveUserFromAllGroups(hub="chat", user_id="alice"))
    assert not world.hub.members("h")


@pytest.mark.parametrize(
    ("operation", "refused"),
    [
        (ops.AddConnectionToGroup(hub="chat", group="c", connection_id="c0"), True),
        (ops.AddConnectionToGroup(hub="chat", group="a", connection_id="c0"), False),
        (ops.AddConnectionToGroup(hub="chat", group="c", connection_id="c1"), False),
        (ops.AddUserToGroup(hub="chat", group="c", user_id="alice"), True),
        (ops.AddUserToGroup(hub="chat", group="c", user_id="bob"), False),
        (ops.AddConnectionsToGroups(hub="chat", groups=("c",), filter=None), True),
        (
            ops.AddConnectionsToGroups(
                hub="chat", groups=("c", "d", "c"), filter="userId eq 'bob'"
            ),
            False,
        ),
        (
            ops.AddConnectionsToGroups(
                hub="chat", groups=("c", "d", "e"), filter="userId eq 'bob'"
            ),
            True,
        ),
    ],
)
def test_a_limit_of_groups(operation: HubOperation, refused: bool) -> None:
    """If there is one, nobody joins when one of those that would has no room left (section 10)."""
    world = World(limits=SessionLimits(groups=2))
    world.join("a", "c0", "c1")
    world.join("b", "c0")
    before = {name: set(session.groups) for name, session in world.sessions.items()}
    refusal = world.hub.apply(operation)
    after = {name: set(session.groups) for name, session in world.sessions.items()}
    if refused:
        assert refusal is not None
        assert (refusal.kind, refusal.kind.setting) == (GROUPS_FULL, "max_groups")
        assert after == before
    else:
        assert refusal is None
        assert all(len(groups) <= 2 for groups in after.values())
