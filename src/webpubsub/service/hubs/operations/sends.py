"""Messages to everybody, to a group, to a user, to a connection.

Nobody to send to is no error. Specification: client-protocols sections 5.8 and 11.
"""

from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.hubs.deliveries import deliver
from webpubsub.service.hubs.operations.selection import Operations, meant, one
from webpubsub.service.hubs.register import Register


def _to_all(register: Register, operation: ops.SendToAll) -> Refusal | None:
    delivery = Delivery(operation.message, expires_at=operation.expires_at)
    receivers = meant(register.sessions, operation.filter)
    return deliver(register, delivery, receivers, operation.excluded)


def _to_group(register: Register, operation: ops.SendToGroup) -> Refusal | None:
    delivery = Delivery(
        operation.message,
        operation.group,
        operation.from_user_id,
        operation.expires_at,
        operation.stream,
    )
    receivers = meant(register.groups[operation.group], operation.filter)
    return deliver(register, delivery, receivers, operation.excluded)


def _to_user(register: Register, operation: ops.SendToUser) -> Refusal | None:
    delivery = Delivery(operation.message, expires_at=operation.expires_at)
    receivers = meant(register.users[operation.user_id], operation.filter)
    return deliver(register, delivery, receivers)


def _to_connection(register: Register, operation: ops.SendToConnection) -> Refusal | None:
    delivery = Delivery(operation.message, expires_at=operation.expires_at)
    return deliver(register, delivery, one(register, operation.connection_id))


SENDS: Operations = {
    ops.SendToAll: _to_all,
    ops.SendToGroup: _to_group,
    ops.SendToUser: _to_user,
    ops.SendToConnection: _to_connection,
}
