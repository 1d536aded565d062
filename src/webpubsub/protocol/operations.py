"""Everything a hub can be asked to do or tell, as frozen values.

An operation is made once, at the edge where it enters (a client's request, a REST call, an action
of a function, a handler's reply) and carried out by ``hub.apply(operation)``, which is synchronous
and deterministic: times, identifiers and random values travel inside the operation. That is what
lets a backplane repeat an operation on another node later. A query asks and changes nothing.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from webpubsub.protocol.messages import Message, StreamInfo


class Permission(StrEnum):
    """What a client may be allowed to do with a group."""

    SEND_TO_GROUP = "sendToGroup"
    JOIN_LEAVE_GROUP = "joinLeaveGroup"


class HubOperation(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Base of all operations. ``hub`` is the lower-case hub name."""

    hub: str


class SendToAll(HubOperation, frozen=True, kw_only=True):
    """``filter`` is the text of an OData filter here and below; None means everybody."""

    message: Message
    excluded: frozenset[str] = frozenset()
    expires_at: float | None = None
    filter: str | None = None


class SendToGroup(HubOperation, frozen=True, kw_only=True):
    """``from_user_id`` is set when a client sent it; the application server's own sends leave it
    None."""

    group: str
    message: Message
    excluded: frozenset[str] = frozenset()
    from_user_id: str | None = None
    expires_at: float | None = None
    filter: str | None = None
    stream: StreamInfo | None = None


class SendToUser(HubOperation, frozen=True, kw_only=True):
    user_id: str
    message: Message
    expires_at: float | None = None
    filter: str | None = None


class SendToConnection(HubOperation, frozen=True, kw_only=True):
    connection_id: str
    message: Message
    expires_at: float | None = None


class AddConnectionToGroup(HubOperation, frozen=True, kw_only=True):
    group: str
    connection_id: str


class RemoveConnectionFromGroup(HubOperation, frozen=True, kw_only=True):
    group: str
    connection_id: str


class RemoveConnectionFromAllGroups(HubOperation, frozen=True, kw_only=True):
    connection_id: str


class AddUserToGroup(HubOperation, frozen=True, kw_only=True):
    group: str
    user_id: str


class RemoveUserFromGroup(HubOperation, frozen=True, kw_only=True):
    group: str
    user_id: str


class RemoveUserFromAllGroups(HubOperation, frozen=True, kw_only=True):
    user_id: str


class AddConnectionsToGroups(HubOperation, frozen=True, kw_only=True):
    """Adds every connection that the filter means, as it is before the operation, to every
    group."""

    groups: tuple[str, ...]
    filter: str | None = None


class RemoveConnectionsFromGroups(HubOperation, frozen=True, kw_only=True):
    groups: tuple[str, ...]
    filter: str | None = None


class CloseAllConnections(HubOperation, frozen=True, kw_only=True):
    excluded: frozenset[str] = frozenset()
    reason: str | None = None


class CloseGroupConnections(HubOperation, frozen=True, kw_only=True):
    group: str
    excluded: frozenset[str] = frozenset()
    reason: str | None = None


class CloseUserConnections(HubOperation, frozen=True, kw_only=True):
    user_id: str
    excluded: frozenset[str] = frozenset()
    reason: str | None = None


class CloseConnection(HubOperation, frozen=True, kw_only=True):
    connection_id: str
    reason: str | None = None


class GrantPermission(HubOperation, frozen=True, kw_only=True):
    """``target`` is a group name taken literally, or None for every group (only the action has that
    form)."""

    connection_id: str
    permission: Permission
    target: str | None = None


class RevokePermission(HubOperation, frozen=True, kw_only=True):
    connection_id: str
    permission: Permission
    target: str | None = None


class SetGroupState(HubOperation, frozen=True, kw_only=True):
    """``state`` None clears; ``at`` is in seconds since the epoch."""

    connection_id: str
    group: str
    state: Mapping[str, str] | None
    at: float


class SubscribeGroupState(HubOperation, frozen=True, kw_only=True):
    connection_id: str
    group: str


class UnsubscribeGroupState(HubOperation, frozen=True, kw_only=True):
    connection_id: str
    group: str


class HubQuery(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all yes-or-no questions to a hub."""

    hub: str


class ConnectionExists(HubQuery, frozen=True, kw_only=True):
    connection_id: str


class UserExists(HubQuery, frozen=True, kw_only=True):
    user_id: str


class GroupExists(HubQuery, frozen=True, kw_only=True):
    group: str


class HasPermission(HubQuery, frozen=True, kw_only=True):
    connection_id: str
    permission: Permission
    target: str


class GroupListing(msgspec.Struct, frozen=True, kw_only=True):
    """Asks a hub for the next ``limit`` connections of a group, in ordinal order of their ids:
    those after the id ``after``, or the first ones."""

    hub: str
    group: str
    after: str | None = None
    limit: int


class GroupMember(msgspec.Struct, frozen=True):
    """A connection of a group; ``user_id`` None means anonymous."""

    connection_id: str
    user_id: str | None


class GroupPage(msgspec.Struct, frozen=True):
    """Some connections of a group; ``has_more`` says whether others come after them."""

    members: tuple[GroupMember, ...]
    has_more: bool
