"""Granting and revoking.

Specification: client-protocols sections 6.3 and 10.
"""

from tests.service.hubs.world import World
from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.permissions import Permissions


def test_granting_and_revoking() -> None:
    """Effect is immediate, for one connection and one permission (client-protocols 6.3)."""
    world = World()
    grant = ops.GrantPermission(
        hub="chat", connection_id="c0", permission=Permission.SEND_TO_GROUP, target="g"
    )
    assert world.hub.apply(grant) is None

    def has(connection_id: str, permission: Permission, target: str) -> bool:
        return world.hub.ask(
            ops.HasPermission(
                hub="chat", connection_id=connection_id, permission=permission, target=target
            )
        )

    assert has("c0", Permission.SEND_TO_GROUP, "g")
    assert not has("c0", Permission.SEND_TO_GROUP, "h")
    assert not has("c0", Permission.JOIN_LEAVE_GROUP, "g")
    assert not has("c1", Permission.SEND_TO_GROUP, "g")
    assert not has("nobody", Permission.SEND_TO_GROUP, "g")
    revoke = ops.RevokePermission(
        hub="chat", connection_id="c0", permission=Permission.SEND_TO_GROUP, target="g"
    )
    assert world.hub.apply(revoke) is None
    assert not has("c0", Permission.SEND_TO_GROUP, "g")


def test_the_1001st_grant_is_refused() -> None:
    """A refusal means that nothing was done."""
    world = World()
    grants = [
        ops.GrantPermission(
            hub="chat", connection_id="c0", permission=Permission.SEND_TO_GROUP, target=f"g{n}"
        )
        for n in range(1001)
    ]
    refusals = [world.hub.apply(grant) for grant in grants]
    assert refusals[:1000] == [None] * 1000
    last = refusals[1000]
    assert last is not None
    assert last.kind.http_status == 409
    assert not world.sessions["c0"].permissions.allows(Permission.SEND_TO_GROUP, "g1000")


def test_revoking_does_not_evict() -> None:
    """A member that may no longer join stays a member."""
    world = World()
    world.sessions["c0"].permissions = Permissions.from_roles(["webpubsub.joinLeaveGroup"])
    world.join("g", "c0")
    world.hub.apply(
        ops.RevokePermission(
            hub="chat", connection_id="c0", permission=Permission.JOIN_LEAVE_GROUP, target="g"
        )
    )
    assert list(world.hub.members("g")) == ["c0"]
