"""Joining groups, leaving them and sending to them. Specification: client-protocols sections 5.5 to
5.7 and 9.1.
"""

from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients import requests
from webpubsub.protocol.operations import Permission
from webpubsub.service.connections.client import Client
from webpubsub.service.connections.requests.handlers import Handlers

# Python 3.11 takes its time to look up a member of an enumeration.
_SEND = Permission.SEND_TO_GROUP
_NOBODY: frozenset[str] = frozenset()


def join(client: Client, request: requests.JoinGroup) -> None:
    """Have the client join a group."""
    if client.may(request, Permission.JOIN_LEAVE_GROUP, "join"):
        client.perform(
            ops.AddConnectionToGroup(
                hub=client.hub.name,
                group=request.group,
                connection_id=client.session.connection_id,
            ),
            request.ack_id,
        )


def leave(client: Client, request: requests.LeaveGroup) -> None:
    """Have the client leave a group."""
    if client.may(request, Permission.JOIN_LEAVE_GROUP, "leave"):
        client.perform(
            ops.RemoveConnectionFromGroup(
                hub=client.hub.name,
                group=request.group,
                connection_id=client.session.connection_id,
            ),
            request.ack_id,
        )


def send_to_group(client: Client, request: requests.SendToGroup) -> None:
    """Send a message of the client to a group."""
    if not client.may(request, _SEND, "send to"):
        return
    session = client.session
    excluded = frozenset((session.connection_id,)) if request.no_echo else _NOBODY
    client.perform(
        ops.SendToGroup(
            hub=client.hub.name,
            group=request.group,
            message=request.message,
            excluded=excluded,
            from_user_id=session.user_id,
            expires_at=client.clock() + request.ttl_seconds if request.ttl_seconds else None,
        ),
        request.ack_id,
    )


GROUPS: Handlers = {
    requests.JoinGroup: join,
    requests.LeaveGroup: leave,
    requests.SendToGroup: send_to_group,
}
