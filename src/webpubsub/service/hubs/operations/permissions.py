"""Granting and revoking permissions. Specification: client-protocols section 6.3."""

from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.hubs.operations.selection import Operations, unknown
from webpubsub.service.hubs.register import Register


def _grant(register: Register, operation: ops.GrantPermission) -> Refusal | None:
    session = register.sessions.get(operation.connection_id)
    if session is None:
        return unknown(operation.connection_id)
    return session.permissions.grant(operation.permission, operation.target)


def _revoke(register: Register, operation: ops.RevokePermission) -> Refusal | None:
    session = register.sessions.get(operation.connection_id)
    if session is None:
        return None
    return session.permissions.revoke(operation.permission, operation.target)


PERMISSIONS: Operations = {ops.GrantPermission: _grant, ops.RevokePermission: _revoke}
