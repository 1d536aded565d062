"""Who is in which group: connections, all connections of a user, or whoever a filter means.

Joining what one is in and leaving what one is not in succeed. Specification: client-protocols
sections 5.7 and 10, rest-api sections 6.4 and 6.5.
"""

from collections.abc import Collection, Sequence

from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import GROUPS_FULL, USER_UNKNOWN
from webpubsub.service.hubs.operations.selection import Operations, meant, one, unknown
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.session import Session


def _add_connection(register: Register, operation: ops.AddConnectionToGroup) -> Refusal | None:
    session = register.sessions.get(operation.connection_id)
    if session is None:
        return unknown(operation.connection_id)
    return _join_all(register, (session,), (operation.group,))


def _remove_connection(register: Register, operation: ops.RemoveConnectionFromGroup) -> None:
    for session in one(register, operation.connection_id):
        register.leave(session, operation.group)


def _remove_connection_from_all(
    register: Register, operation: ops.RemoveConnectionFromAllGroups
) -> None:
    for session in one(register, operation.connection_id):
        register.leave_all(session)


def _add_user(register: Register, operation: ops.AddUserToGroup) -> Refusal | None:
    sessions = register.users[operation.user_id]
    if not sessions:
        return USER_UNKNOWN.refuse(f"no connection of the user '{operation.user_id}'")
    return _join_all(register, tuple(sessions.values()), (operation.group,))


def _remove_user(register: Register, operation: ops.RemoveUserFromGroup) -> None:
    for session in register.users[operation.user_id].values():
        register.leave(session, operation.group)


def _remove_user_from_all(register: Register, operation: ops.RemoveUserFromAllGroups) -> None:
    for session in register.users[operation.user_id].values():
        register.leave_all(session)


def _add_meant(register: Register, operation: ops.AddConnectionsToGroups) -> Refusal | None:
    # All are found before any is changed: a filter about groups sees them as they were.
    sessions = tuple(meant(register.sessions, operation.filter))
    return _join_all(register, sessions, operation.groups)


def _remove_meant(register: Register, operation: ops.RemoveConnectionsFromGroups) -> None:
    for session in tuple(meant(register.sessions, operation.filter)):
        for group in operation.groups:
            register.leave(session, group)


def _join_all(
    register: Register, sessions: Sequence[Session], groups: Collection[str]
) -> Refusal | None:
    """Have all of them join all groups, if there is room in each."""
    for session in sessions:
        if not session.has_room_for(groups):
            return _full(session)
    for session in sessions:
        for group in groups:
            register.join(session, group)
    return None


def _full(session: Session) -> Refusal:
    return GROUPS_FULL.refuse(
        f"{len(session.groups)} groups of connection '{session.connection_id}'",
        "The connection is in too many groups.",
    )


MEMBERSHIPS: Operations = {
    ops.AddConnectionToGroup: _add_connection,
    ops.RemoveConnectionFromGroup: _remove_connection,
    ops.RemoveConnectionFromAllGroups: _remove_connection_from_all,
    ops.AddUserToGroup: _add_user,
    ops.RemoveUserFromGroup: _remove_user,
    ops.RemoveUserFromAllGroups: _remove_user_from_all,
    ops.AddConnectionsToGroups: _add_meant,
    ops.RemoveConnectionsFromGroups: _remove_meant,
}
