"""Showing and watching the states of groups. Specification: client-protocols section 9.4."""

from webpubsub.protocol import operations as ops
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import GROUP_STATE_NOT_MEMBER
from webpubsub.service.hubs.operations.selection import Operations, one, unknown
from webpubsub.service.hubs.register import Register


def _set(register: Register, operation: ops.SetGroupState) -> Refusal | None:
    session = register.sessions.get(operation.connection_id)
    group, state = operation.group, operation.state
    if session is None:
        return unknown(operation.connection_id)
    if state is None:
        register.group_states.clear(session, group, operation.at)
        return None
    if group not in session.groups:
        text = f"The connection is not in group '{group}'."
        return GROUP_STATE_NOT_MEMBER.refuse(f"a connection that is not in '{group}'", text)
    return register.group_states.set(session, group, state, operation.at)


def _subscribe(register: Register, operation: ops.SubscribeGroupState) -> Refusal | None:
    session = register.sessions.get(operation.connection_id)
    if session is None:
        return unknown(operation.connection_id)
    return register.group_states.subscribe(session, operation.group)


def _unsubscribe(register: Register, operation: ops.UnsubscribeGroupState) -> None:
    for session in one(register, operation.connection_id):
        register.group_states.unsubscribe(session, operation.group)


GROUP_STATES: Operations = {
    ops.SetGroupState: _set,
    ops.SubscribeGroupState: _subscribe,
    ops.UnsubscribeGroupState: _unsubscribe,
}
