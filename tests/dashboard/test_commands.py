"""What can be done from the page."""

import json
from typing import Any

import pytest

from webpubsub.dashboard.answers import BadCall
from webpubsub.dashboard.commands import operation_of
from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import DataType, Message

SEND, JOIN = ops.Permission.SEND_TO_GROUP, ops.Permission.JOIN_LEAVE_GROUP
TEXT = Message(DataType.TEXT, b"hi")
ONE = {"hub": "Chat", "connectionId": "c"}


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        ({"do": "close", **ONE, "reason": "bye"},
         ops.CloseConnection(hub="chat", connection_id="c", reason="bye")),
        ({"do": "join", **ONE, "group": "g"},
         ops.AddConnectionToGroup(hub="chat", connection_id="c", group="g")),
        ({"do": "leave", **ONE, "group": "g"},
         ops.RemoveConnectionFromGroup(hub="chat", connection_id="c", group="g")),
        ({"do": "grant", **ONE, "permission": "sendToGroup", "group": "g"},
         ops.GrantPermission(hub="chat", connection_id="c", permission=SEND, target="g")),
        ({"do": "revoke", **ONE, "permission": "joinLeaveGroup", "group": "g"},
         ops.RevokePermission(hub="chat", connection_id="c", permission=JOIN, target="g")),
        ({"do": "send", "hub": "chat", "data": "hi"}, ops.SendToAll(hub="chat", message=TEXT)),
        ({"do": "send", "hub": "chat", "data": "hi", "group": "g"},
         ops.SendToGroup(hub="chat", group="g", message=TEXT)),
        ({"do": "send", "hub": "chat", "data": "hi", "userId": "u"},
         ops.SendToUser(hub="chat", user_id="u", message=TEXT)),
        ({"do": "send", **ONE, "data": '{"a": 1.0}', "dataType": "json"},
         ops.SendToConnection(hub="chat", connection_id="c",
                              message=Message(DataType.JSON, b'{"a": 1.0}'))),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)  # fmt: skip
def test_commands(command: dict[str, Any], operation: ops.HubOperation) -> None:
    """Each is one operation of the hub."""
    assert operation_of(json.dumps(command).encode()) == operation


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "no command"),
        (b"\xff", "no command"),
        (b'{"do": "explode", "hub": "chat"}', "no command"),
        (b'{"do": "close", "hub": "chat"}', "connectionId"),
        (b'{"do": "close", "hub": "a/b", "connectionId": "c"}', "'a/b' is not a hub name"),
        (b'{"do": "join", "hub": "chat", "connectionId": "c", "group": " "}', "group name"),
        (b'{"do": "grant", "hub": "h", "connectionId": "c", "permission": "fly", "group": "g"}',
         "fly"),
        (b'{"do": "send", "hub": "chat", "data": "{", "dataType": "json"}', "not JSON"),
        (b'{"do": "send", "hub": "chat", "data": "x", "dataType": "binary"}', "'binary'"),
    ],
    ids=range(9),
)  # fmt: skip
def test_what_is_wrong_is_said(body: bytes, why: str) -> None:
    """In one sentence."""
    with pytest.raises(BadCall, match=why):
        operation_of(body)
