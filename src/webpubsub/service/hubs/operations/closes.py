"""Closing by the application: everybody, a group, a user, a connection.

Nobody to close is no error. Specification: client-protocols section 5.10, rest-api section 6.3.
"""

from collections.abc import Iterable

from webpubsub.protocol import operations as ops
from webpubsub.service.hubs.operations.selection import Operations, all_but, one
from webpubsub.service.hubs.register import Register
from webpubsub.service.sessions.session import Session

_CLOSED_BY_APPLICATION = "Application server closed the connection."


def _everybody(register: Register, operation: ops.CloseAllConnections) -> None:
    _close(register, all_but(register.sessions, operation.excluded), operation.reason)


def _group(register: Register, operation: ops.CloseGroupConnections) -> None:
    members = register.groups[operation.group]
    _close(register, all_but(members, operation.excluded), operation.reason)


def _user(register: Register, operation: ops.CloseUserConnections) -> None:
    sessions = register.users[operation.user_id]
    _close(register, all_but(sessions, operation.excluded), operation.reason)


def _connection(register: Register, operation: ops.CloseConnection) -> None:
    _close(register, one(register, operation.connection_id), operation.reason)


def _close(register: Register, sessions: Iterable[Session], reason: str | None) -> None:
    message = _CLOSED_BY_APPLICATION + (f" Reason: {reason}" if reason else "")
    for session in tuple(sessions):
        attachment = session.attachment
        register.end(session, message)
        if attachment is not None:
            attachment.finish(message)


CLOSES: Operations = {
    ops.CloseAllConnections: _everybody,
    ops.CloseGroupConnections: _group,
    ops.CloseUserConnections: _user,
    ops.CloseConnection: _connection,
}
