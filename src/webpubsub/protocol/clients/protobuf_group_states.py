"""Group states as protobuf clients ask for and are told them. Specification: client-protocols
sections 8.1 and 9.4."""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.notices import (
    GroupStateItem,
    GroupStateSnapshot,
    GroupStateUpdate,
)
from webpubsub.protocol.clients.protobuf_payloads import read_ack_id
from webpubsub.protocol.clients.request_fields import group_name, group_state
from webpubsub.protocol.clients.requests import ClientRequest


def read_set(wanted: wire.SetGroupStateMessage) -> ClientRequest:
    """A ``set_group_state_message``; without ``state`` it clears. Raises InvalidRequest."""
    state = group_state(dict(wanted.state.entries)) if wanted.HasField("state") else None
    return requests.SetGroupState(
        group=group_name(wanted.group), state=state, ack_id=read_ack_id(wanted)
    )


def read_subscribe(wanted: wire.SubscribeGroupStateMessage) -> ClientRequest:
    """A ``subscribe_group_state_message``. Raises InvalidRequest."""
    return requests.SubscribeGroupState(group=group_name(wanted.group), ack_id=read_ack_id(wanted))


def read_unsubscribe(wanted: wire.UnsubscribeGroupStateMessage) -> ClientRequest:
    """An ``unsubscribe_group_state_message``. Raises InvalidRequest."""
    return requests.UnsubscribeGroupState(
        group=group_name(wanted.group), ack_id=read_ack_id(wanted)
    )


def write_snapshot(notice: GroupStateSnapshot) -> wire.DownstreamMessage:
    """A ``group_state_snapshot_message``."""
    return wire.DownstreamMessage(group_state_snapshot_message=_message(notice))


def write_update(notice: GroupStateUpdate) -> wire.DownstreamMessage:
    """A ``group_state_update_message``."""
    return wire.DownstreamMessage(group_state_update_message=_message(notice))


def _message(notice: GroupStateSnapshot | GroupStateUpdate) -> wire.GroupStateMessage:
    return wire.GroupStateMessage(group=notice.group, items=map(_item, notice.items))


def _item(item: GroupStateItem) -> wire.GroupStateItem:
    return wire.GroupStateItem(
        connection_id=item.connection_id,
        user_id=item.user_id,
        state=None if item.state is None else wire.GroupState(entries=item.state),
        updated_at=item.updated_at,
    )
