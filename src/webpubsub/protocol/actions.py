"""What a function asks the service to do, through the ``webPubSub`` output binding.

Each action is a ``dict`` with exactly the keys the binding reads. Actions are carried out in order,
each after the one before it; the first that fails stops the rest. Specification: bindings section
8.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from webpubsub.protocol.names import is_group_name
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.payloads import (
    DataTypeName,
    JsonObject,
    choice,
    optional_text,
    payload_members,
    text,
    texts,
)

PermissionName: TypeAlias = Permission | Literal["sendToGroup", "joinLeaveGroup"]

_PERMISSIONS = tuple(permission.value for permission in Permission)


class Action(JsonObject):
    """Base of all actions. ``action_name`` is the class name without ``Action``.

    An action is checked when it is made: it raises TypeError for a wrong type, and ValueError for
    what the host would refuse, such as an empty id, or the name of a group that has not 1 to 1024
    characters. A service that refuses an action, as it does for a connection that is not there
    (404), fails the invocation, once its function has returned. Specification: bindings sections
    8.2 and 8.5.
    """

    __slots__ = ()
    action_name: ClassVar[str] = ""

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        cls.action_name = cls.__name__[0].lower() + cls.__name__.removesuffix("Action")[1:]

    def _set(self, **members: Any) -> None:
        self._put(actionName=self.action_name, **members)

    def _id(self, name: str, value: Any) -> str:
        """Who is meant, which must say something."""
        owner = type(self).__name__
        if not text(owner, name, value).strip():
            raise ValueError(f"{owner}: {name} is empty.")
        return str(value)

    def _group(self, value: Any, name: str = "group") -> str:
        owner = type(self).__name__
        if not is_group_name(text(owner, name, value)):
            raise ValueError(
                f"{owner}: {name} is no name of a group: it must have 1 to 1024 characters, not "
                "only whitespace."
            )
        return str(value)

    def _optional_text(self, name: str, value: Any) -> str | None:
        return optional_text(type(self).__name__, name, value)

    def _texts(self, name: str, value: Any) -> list[str] | None:
        return texts(type(self).__name__, name, value)

    def _payload(self, data: Any, data_type: DataTypeName | None) -> dict[str, Any]:
        return payload_members(type(self).__name__, data, data_type)


class SendToAllAction(Action):
    """Send a message to every client of the hub, except the connection ids in ``excluded``.

    Without ``data_type``, a str is sent as text, bytes as binary and any other value as JSON. With
    ``data_type="json"``, a str must be JSON text already. The other send actions do the same.
    Raises TypeError or ValueError for data that does not fit its type. Specification: bindings
    sections 8.2 to 8.4.
    """

    __slots__ = ()

    def __init__(
        self,
        data: Any,
        data_type: DataTypeName | None = None,
        *,
        excluded: Sequence[str] | None = None,
    ) -> None:
        self._set(**self._payload(data, data_type), excluded=self._texts("excluded", excluded))


class SendToGroupAction(Action):
    """Send a message to the members of a group, except the connection ids in ``excluded``.

    ``data`` and ``data_type`` are as in SendToAllAction. Nobody in the group is no error. Raises
    TypeError or ValueError. Specification: bindings sections 8.2 to 8.4.
    """

    __slots__ = ()

    def __init__(
        self,
        group: str,
        data: Any,
        data_type: DataTypeName | None = None,
        *,
        excluded: Sequence[str] | None = None,
    ) -> None:
        self._set(
            group=self._group(group),
            **self._payload(data, data_type),
            excluded=self._texts("excluded", excluded),
        )


class SendToUserAction(Action):
    """Send a message to every connection of a user.

    ``data`` and ``data_type`` are as in SendToAllAction. A user who is not there is no error.
    Raises TypeError or ValueError. Specification: bindings sections 8.2 to 8.4.
    """

    __slots__ = ()

    def __init__(self, user_id: str, data: Any, data_type: DataTypeName | None = None) -> None:
        self._set(userId=self._id("user_id", user_id), **self._payload(data, data_type))


class SendToConnectionAction(Action):
    """Send a message to one connection.

    ``data`` and ``data_type`` are as in SendToAllAction. Raises TypeError or ValueError.
    Specification: bindings sections 8.2 to 8.4.
    """

    __slots__ = ()

    def __init__(
        self, connection_id: str, data: Any, data_type: DataTypeName | None = None
    ) -> None:
        self._set(
            connectionId=self._id("connection_id", connection_id),
            **self._payload(data, data_type),
        )


class AddUserToGroupAction(Action):
    """Make every connection that a user has now a member of a group.

    Connections that the user opens later are no members, and without any the service refuses the
    action (404). Raises TypeError or ValueError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, user_id: str, group: str) -> None:
        self._set(userId=self._id("user_id", user_id), group=self._group(group))


class RemoveUserFromGroupAction(Action):
    """Remove every connection of a user from a group; one that is no member is no error.

    Raises TypeError or ValueError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, user_id: str, group: str) -> None:
        self._set(userId=self._id("user_id", user_id), group=self._group(group))


class RemoveUserFromAllGroupsAction(Action):
    """Remove every connection of a user from every group; a user without any is no error.

    Raises TypeError or ValueError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, user_id: str) -> None:
        self._set(userId=self._id("user_id", user_id))


class AddConnectionToGroupAction(Action):
    """Make one connection a member of a group.

    The service refuses the action for a connection that is not there (404), as it is not yet while
    ``connect`` is answered: use the groups of ConnectEventResponse. Raises TypeError or ValueError.
    Specification: bindings sections 5.9 and 8.2.
    """

    __slots__ = ()

    def __init__(self, connection_id: str, group: str) -> None:
        self._set(
            connectionId=self._id("connection_id", connection_id),
            group=self._group(group),
        )


class RemoveConnectionFromGroupAction(Action):
    """Remove one connection from a group; one that is no member is no error.

    Raises TypeError or ValueError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, connection_id: str, group: str) -> None:
        self._set(
            connectionId=self._id("connection_id", connection_id),
            group=self._group(group),
        )


class CloseAllConnectionsAction(Action):
    """Close every connection of the hub, except the connection ids in ``excluded``.

    Clients are told ``reason``. Raises TypeError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, *, excluded: Sequence[str] | None = None, reason: str | None = None) -> None:
        self._set(
            excluded=self._texts("excluded", excluded),
            reason=self._optional_text("reason", reason),
        )


class CloseClientConnectionAction(Action):
    """Close one connection; its client is told ``reason``. One that is not there is no error.

    Raises TypeError or ValueError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, connection_id: str, *, reason: str | None = None) -> None:
        self._set(
            connectionId=self._id("connection_id", connection_id),
            reason=self._optional_text("reason", reason),
        )


class CloseGroupConnectionsAction(Action):
    """Close the connections of a group, except the connection ids in ``excluded``.

    Clients are told ``reason``. Raises TypeError or ValueError. Specification: bindings section
    8.2.
    """

    __slots__ = ()

    def __init__(
        self,
        group: str,
        *,
        excluded: Sequence[str] | None = None,
        reason: str | None = None,
    ) -> None:
        self._set(
            group=self._group(group),
            excluded=self._texts("excluded", excluded),
            reason=self._optional_text("reason", reason),
        )


class GrantPermissionAction(Action):
    """Allow one connection to send to, or to join and leave, the group ``target_name``.

    ``permission`` is ``"sendToGroup"`` or ``"joinLeaveGroup"``. Permissions for every group come
    from roles: those of the client's token, or of ConnectEventResponse. A service refuses one for
    a connection that is not there (404). Raises TypeError or ValueError. Specification: bindings
    section 8.2.
    """

    __slots__ = ()

    def __init__(self, connection_id: str, permission: PermissionName, *, target_name: str) -> None:
        self._set(
            connectionId=self._id("connection_id", connection_id),
            permission=choice(type(self).__name__, "permission", permission, _PERMISSIONS),
            targetName=self._group(target_name, "target_name"),
        )


class RevokePermissionAction(Action):
    """Take back what GrantPermissionAction has allowed, with the same arguments.

    Raises TypeError or ValueError. Specification: bindings section 8.2.
    """

    __slots__ = ()

    def __init__(self, connection_id: str, permission: PermissionName, *, target_name: str) -> None:
        self._set(
            connectionId=self._id("connection_id", connection_id),
            permission=choice(type(self).__name__, "permission", permission, _PERMISSIONS),
            targetName=self._group(target_name, "target_name"),
        )


#: Every action by the name it has in JSON.
ACTIONS: Mapping[str, type[Action]] = {
    action.action_name: action for action in Action.__subclasses__()
}

if TYPE_CHECKING:
    Actions: TypeAlias = Action | Sequence[Action]
else:

    class Actions(list):
        """What an output takes: one action or several, as in ``func.Out[Actions]``.

        A type checker sees the union. The Python worker sees this class, because it refuses
        ``Out[list[...]]`` and unions before it asks any converter.
        """

        __slots__ = ()
