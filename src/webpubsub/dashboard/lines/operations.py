"""What hubs are asked to do, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.dashboard.payloads import preview
from webpubsub.protocol import operations as ops
from webpubsub.protocol.operations import HubOperation


def described(operation: HubOperation) -> dict[str, Any]:
    """The title of an operation, what it is found by, and the beginning of its message."""
    made: dict[str, Any] = {
        "title": _TITLES[type(operation)](operation),
        "connection": getattr(operation, "connection_id", ""),
        "user": getattr(operation, "user_id", ""),
        "group": getattr(operation, "group", ""),
    }
    message = getattr(operation, "message", None)
    if message is not None:
        made |= {"text": preview(message), "size": len(message.data)}
    return made


def _target(one: ops.GrantPermission | ops.RevokePermission) -> str:
    return f"{one.permission} of {one.target or 'every group'}"


_TITLES: Mapping[type[Any], Callable[[Any], str]] = {
    ops.SendToAll: lambda _: "Send to all",
    ops.SendToGroup: lambda one: f"Send to group {one.group}",
    ops.SendToUser: lambda one: f"Send to user {one.user_id}",
    ops.SendToConnection: lambda _: "Send to connection",
    ops.AddConnectionToGroup: lambda one: f"Add connection to group {one.group}",
    ops.RemoveConnectionFromGroup: lambda one: f"Remove connection from group {one.group}",
    ops.RemoveConnectionFromAllGroups: lambda _: "Remove connection from all groups",
    ops.AddUserToGroup: lambda one: f"Add user {one.user_id} to group {one.group}",
    ops.RemoveUserFromGroup: lambda one: f"Remove user {one.user_id} from group {one.group}",
    ops.RemoveUserFromAllGroups: lambda one: f"Remove user {one.user_id} from all groups",
    ops.AddConnectionsToGroups: lambda one: f"Add connections to {', '.join(one.groups)}",
    ops.RemoveConnectionsFromGroups: lambda one: f"Remove connections from {', '.join(one.groups)}",
    ops.CloseAllConnections: lambda _: "Close all connections",
    ops.CloseGroupConnections: lambda one: f"Close connections in group {one.group}",
    ops.CloseUserConnections: lambda one: f"Close connections of user {one.user_id}",
    ops.CloseConnection: lambda _: "Close connection",
    ops.GrantPermission: lambda one: f"Grant {_target(one)}",
    ops.RevokePermission: lambda one: f"Revoke {_target(one)}",
    ops.SetGroupState: lambda one: f"Set state in group {one.group}",
    ops.SubscribeGroupState: lambda one: f"Watch states of group {one.group}",
    ops.UnsubscribeGroupState: lambda one: f"Watch no states of group {one.group}",
}
