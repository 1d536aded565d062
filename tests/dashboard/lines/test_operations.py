"""What hubs are asked to do, in words."""

import pytest

from tests.dashboard.world import HELLO
from webpubsub.dashboard.lines.operations import _TITLES, described
from webpubsub.protocol import operations as ops
from webpubsub.service.hubs.hub import _OPERATIONS


def test_every_operation_has_words() -> None:
    """Whatever a hub can do."""
    assert set(_TITLES) == set(_OPERATIONS)


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        (ops.SendToUser(hub="h", user_id="alice", message=HELLO),
         {"title": "Send to user alice", "user": "alice", "text": "hello", "size": 5}),
        (ops.AddConnectionsToGroups(hub="h", groups=("a", "b")),
         {"title": "Add connections to a, b"}),
        (ops.GrantPermission(hub="h", connection_id="c", permission=ops.Permission.SEND_TO_GROUP),
         {"title": "Grant sendToGroup of every group", "connection": "c"}),
        (ops.RevokePermission(hub="h", connection_id="c", target="g",
                              permission=ops.Permission.JOIN_LEAVE_GROUP),
         {"title": "Revoke joinLeaveGroup of g"}),
        (ops.CloseGroupConnections(hub="h", group="g"),
         {"title": "Close connections in group g", "group": "g"}),
    ],
    ids=lambda value: type(value).__name__,
)  # fmt: skip
def test_title_and_what_it_is_found_by(
    operation: ops.HubOperation, members: dict[str, object]
) -> None:
    """And the beginning of the message, if there is one."""
    assert described(operation).items() >= members.items()
