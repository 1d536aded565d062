"""Showing a state to a group, and watching the states of one. Specification: client-protocols
section 9.4.
"""

from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients import requests
from webpubsub.protocol.operations import Permission
from webpubsub.service.connections.client import Client
from webpubsub.service.connections.requests.handlers import Handlers


def _set(client: Client, request: requests.SetGroupState) -> None:
    if client.may(request, Permission.SEND_TO_GROUP, "set the state of"):
        client.perform(
            ops.SetGroupState(
                hub=client.hub.name,
                group=request.group,
                connection_id=client.session.connection_id,
                state=request.state,
                at=client.clock(),
            ),
            request.ack_id,
        )


def _subscribe(client: Client, request: requests.SubscribeGroupState) -> None:
    """The states follow the ack: before it, a client may not know what to do with them. They may be
    many, so the next request waits until they are written."""
    if not client.may(request, Permission.JOIN_LEAVE_GROUP, "subscribe to the state of"):
        return
    subscribe = ops.SubscribeGroupState(
        hub=client.hub.name,
        group=request.group,
        connection_id=client.session.connection_id,
    )
    if client.perform(subscribe, request.ack_id):
        for notice in client.hub.group_states.snapshot(request.group):
            client.tell(notice)
        client.inbox.hold()
        client.loop.call_soon(client.inbox.release)


def _unsubscribe(client: Client, request: requests.UnsubscribeGroupState) -> None:
    """CHOICE: this needs no role, because it only gives something up."""
    if client.is_new(request.ack_id):
        client.perform(
            ops.UnsubscribeGroupState(
                hub=client.hub.name,
                group=request.group,
                connection_id=client.session.connection_id,
            ),
            request.ack_id,
        )


GROUP_STATES: Handlers = {
    requests.SetGroupState: _set,
    requests.SubscribeGroupState: _subscribe,
    requests.UnsubscribeGroupState: _unsubscribe,
}
