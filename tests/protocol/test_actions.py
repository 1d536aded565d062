"""Actions are exactly the JSON objects the output binding reads.

Specification: bindings section 8.2.
"""

import json
from collections.abc import Callable
from typing import Any, get_args

import pytest

from webpubsub.protocol import actions
from webpubsub.protocol.actions import (
    ACTIONS,
    Action,
    AddConnectionToGroupAction,
    AddUserToGroupAction,
    CloseAllConnectionsAction,
    CloseClientConnectionAction,
    CloseGroupConnectionsAction,
    GrantPermissionAction,
    PermissionName,
    RemoveConnectionFromGroupAction,
    RemoveUserFromAllGroupsAction,
    RemoveUserFromGroupAction,
    RevokePermissionAction,
    SendToAllAction,
    SendToConnectionAction,
    SendToGroupAction,
    SendToUserAction,
)
from webpubsub.protocol.operations import Permission

BUFFER = {"type": "Buffer", "data": "aGk="}

EXAMPLES: list[tuple[Action, dict[str, Any]]] = [
    (SendToAllAction("hi"), {"actionName": "sendToAll", "data": "hi", "dataType": "text"}),
    (
        SendToAllAction(b"hi", excluded=["c1"]),
        {"actionName": "sendToAll", "data": BUFFER, "dataType": "binary", "excluded": ["c1"]},
    ),
    (
        SendToGroupAction("g", {"a": 1}, excluded=[]),
        {
            "actionName": "sendToGroup",
            "group": "g",
            "data": '{"a":1}',
            "dataType": "json",
            "excluded": [],
        },
    ),
    (
        SendToUserAction("u", "7", "json"),
        {"actionName": "sendToUser", "userId": "u", "data": "7", "dataType": "json"},
    ),
    (
        SendToConnectionAction("c", "hi"),
        {"actionName": "sendToConnection", "connectionId": "c", "data": "hi", "dataType": "text"},
    ),
    (
        AddUserToGroupAction("u", "g"),
        {"actionName": "addUserToGroup", "userId": "u", "group": "g"},
    ),
    (
        RemoveUserFromGroupAction(user_id="u", group="g"),
        {"actionName": "removeUserFromGroup", "userId": "u", "group": "g"},
    ),
    (
        RemoveUserFromAllGroupsAction("u"),
        {"actionName": "removeUserFromAllGroups", "userId": "u"},
    ),
    (
        AddConnectionToGroupAction("c", "g"),
        {"actionName": "addConnectionToGroup", "connectionId": "c", "group": "g"},
    ),
    (
        RemoveConnectionFromGroupAction("c", "g"),
        {"actionName": "removeConnectionFromGroup", "connectionId": "c", "group": "g"},
    ),
    (
        CloseAllConnectionsAction(excluded=["c"], reason="bye"),
        {"actionName": "closeAllConnections", "excluded": ["c"], "reason": "bye"},
    ),
    (
        CloseClientConnectionAction("c", reason="bye"),
        {"actionName": "closeClientConnection", "connectionId": "c", "reason": "bye"},
    ),
    (
        CloseGroupConnectionsAction("g"),
        {"actionName": "closeGroupConnections", "group": "g"},
    ),
    (
        GrantPermissionAction("c", "sendToGroup", target_name="g"),
        {
            "actionName": "grantPermission",
            "connectionId": "c",
            "permission": "sendToGroup",
            "targetName": "g",
        },
    ),
    (
        RevokePermissionAction("c", Permission.JOIN_LEAVE_GROUP, target_name="g"),
        {
            "actionName": "revokePermission",
            "connectionId": "c",
            "permission": "joinLeaveGroup",
            "targetName": "g",
        },
    ),
]


@pytest.mark.parametrize(("action", "members"), EXAMPLES, ids=lambda value: type(value).__name__)
def test_only_what_was_given_is_said(action: Action, members: dict[str, Any]) -> None:
    """Optional members that were not given are absent; workers encode it with ``json.dumps``."""
    assert action == members
    assert json.loads(json.dumps(action)) == members


def test_every_action_has_an_example() -> None:
    """The table above covers the fourteen actions, under the names of their classes."""
    assert len(ACTIONS) == 14
    assert {type(action) for action, _ in EXAMPLES} == set(ACTIONS.values())
    assert {action["actionName"] for action, _ in EXAMPLES} == set(ACTIONS)


@pytest.mark.parametrize(
    ("make", "error", "text"),
    [
        (lambda: SendToAllAction(), TypeError, "data"),  # type: ignore[call-arg]
        (
            lambda: SendToGroupAction("g", "x", dataType="json"),  # type: ignore[call-arg]
            TypeError,
            "SendToGroupAction has no argument 'dataType'. Did you mean 'data_type'?",
        ),
        (
            lambda: SendToGroupAction(None, "x"),  # type: ignore[arg-type]
            TypeError,
            "SendToGroupAction: group must be a str, not None.",
        ),
        (
            lambda: SendToAllAction("x", excluded="c1"),
            TypeError,
            "excluded must be a list of str; write excluded=['c1'].",
        ),
        (
            lambda: GrantPermissionAction(
                "c",
                "joinleavegroup",  # type: ignore[arg-type]
                target_name="g",
            ),
            ValueError,
            "Did you mean 'joinLeaveGroup'?",
        ),
        (
            lambda: SendToAllAction(message="x"),  # type: ignore[call-arg]
            TypeError,
            "no argument 'message'. It takes 'data', 'data_type' or 'excluded'.",
        ),
        (
            lambda: CloseClientConnectionAction("c", "bye"),  # type: ignore[call-arg]
            TypeError,
            "takes 1 argument without a name, and got 2. By name it takes 'reason'.",
        ),
        (
            lambda: SendToUserAction("\ud800", "hi"),
            ValueError,
            "SendToUserAction: user_id holds half of a surrogate pair, which cannot be sent",
        ),
        (
            lambda: CloseClientConnectionAction("c", reason=1),  # type: ignore[arg-type]
            TypeError,
            "reason must be a str, not int",
        ),
    ],
)
def test_a_mistake_is_told_where_it_is_made(make: Any, error: type[Exception], text: str) -> None:
    """Names are suggested and types are named."""
    with pytest.raises(error) as caught:
        make()
    assert text in str(caught.value)


def test_actions_is_a_class_when_the_worker_looks() -> None:
    """The worker accepts only a class in ``Out[...]``."""
    assert isinstance(vars(actions)["Actions"], type)


def test_the_spelled_permissions_are_all_there_are() -> None:
    """The literal in the annotation and the enumeration agree."""
    literal = get_args(PermissionName)[1]
    assert set(get_args(literal)) == {permission.value for permission in Permission}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: SendToGroupAction("", "hi"), "group is no name of a group"),
        (lambda: AddUserToGroupAction("u", " "), "group is no name of a group"),
        (lambda: AddUserToGroupAction("u", "g" * 1025), "group is no name of a group"),
        (lambda: SendToUserAction(" ", "hi"), "user_id is empty"),
        (lambda: SendToConnectionAction("", "hi"), "connection_id is empty"),
        (
            lambda: GrantPermissionAction("c", "sendToGroup", target_name=""),
            "target_name is no name of a group",
        ),
    ],
)
def test_what_the_host_would_refuse_is_refused_where_it_is_made(
    make: Callable[[], Action], words: str
) -> None:
    """Specification: bindings section 8.2."""
    with pytest.raises(ValueError, match=words):
        make()
