"""What can be done from the page: the operations of the REST API, and nothing else.

Each command is a JSON object whose ``do`` says which one it is.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

from webpubsub.dashboard.answers import BadCall
from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.names import is_group_name, is_hub_name


class Command(msgspec.Struct, tag_field="do", rename="camel", kw_only=True):
    """``hub`` in any letter case."""

    hub: str


class Close(Command, tag="close", kw_only=True):
    connection_id: str
    reason: str | None = None


class Join(Command, tag="join", kw_only=True):
    connection_id: str
    group: str


class Leave(Command, tag="leave", kw_only=True):
    connection_id: str
    group: str


class Grant(Command, tag="grant", kw_only=True):
    connection_id: str
    permission: ops.Permission
    group: str


class Revoke(Command, tag="revoke", kw_only=True):
    connection_id: str
    permission: ops.Permission
    group: str


class Send(Command, tag="send", kw_only=True):
    """To one of connection, user and group; to everybody without any."""

    data: str
    data_type: str = "text"
    connection_id: str = ""
    user_id: str = ""
    group: str = ""


AnyCommand: TypeAlias = Close | Join | Leave | Grant | Revoke | Send

_decode = msgspec.json.Decoder(AnyCommand).decode


def operation_of(body: bytes) -> ops.HubOperation:
    """The operation that a command asks for. Raises BadCall."""
    try:
        command = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadCall(f"This is no command: {error}.") from None
    if not is_hub_name(command.hub):
        raise BadCall(f"'{command.hub}' is not a hub name.")
    group = getattr(command, "group", "")
    needs_group = not isinstance(command, Close | Send)
    if (group or needs_group) and not is_group_name(group):
        raise BadCall("A group name has 1 to 1024 characters and is not blank.")
    return _OPERATIONS[type(command)](command, command.hub.lower())


def _send(command: Send, hub: str) -> ops.HubOperation:
    message = _message(command)
    if command.connection_id:
        return ops.SendToConnection(hub=hub, connection_id=command.connection_id, message=message)
    if command.user_id:
        return ops.SendToUser(hub=hub, user_id=command.user_id, message=message)
    if command.group:
        return ops.SendToGroup(hub=hub, group=command.group, message=message)
    return ops.SendToAll(hub=hub, message=message)


def _message(command: Send) -> Message:
    data = command.data.encode(errors="replace")
    if command.data_type == DataType.TEXT:
        return Message(DataType.TEXT, data)
    if command.data_type != DataType.JSON:
        raise BadCall(f"The data type must be text or json, and is '{command.data_type}'.")
    try:
        msgspec.json.decode(data)
    except (ValueError, RecursionError) as error:
        raise BadCall(f"The message is not JSON: {error}.") from None
    return Message(DataType.JSON, data)


_OPERATIONS: Mapping[type[Any], Callable[[Any, str], ops.HubOperation]] = {
    Close: lambda one, hub: ops.CloseConnection(
        hub=hub, connection_id=one.connection_id, reason=one.reason
    ),
    Join: lambda one, hub: ops.AddConnectionToGroup(
        hub=hub, connection_id=one.connection_id, group=one.group
    ),
    Leave: lambda one, hub: ops.RemoveConnectionFromGroup(
        hub=hub, connection_id=one.connection_id, group=one.group
    ),
    Grant: lambda one, hub: ops.GrantPermission(
        hub=hub, connection_id=one.connection_id, permission=one.permission, target=one.group
    ),
    Revoke: lambda one, hub: ops.RevokePermission(
        hub=hub, connection_id=one.connection_id, permission=one.permission, target=one.group
    ),
    Send: _send,
}
