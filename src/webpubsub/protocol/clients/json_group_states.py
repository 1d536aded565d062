"""Group states as JSON clients ask for and are told them. Specification: client-protocols sections
5.2 and 9.4."""

import msgspec

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.json_payloads import Wanted
from webpubsub.protocol.clients.notices import GroupStateSnapshot, GroupStateUpdate
from webpubsub.protocol.clients.request_fields import group_name, group_state
from webpubsub.protocol.clients.requests import ClientRequest

_encode = msgspec.json.encode


class SetGroupState(Wanted, kw_only=True, tag="setGroupState"):
    """A ``setGroupState``; without ``state``, or with null, it clears."""

    group: str
    state: dict[str, str] | None = None


class SubscribeGroupState(Wanted, kw_only=True, tag="subscribeGroupState"):
    """A ``subscribeGroupState``."""

    group: str


class UnsubscribeGroupState(Wanted, kw_only=True, tag="unsubscribeGroupState"):
    """An ``unsubscribeGroupState``."""

    group: str


def read_set(wanted: SetGroupState) -> ClientRequest:
    """Raises InvalidRequest."""
    return requests.SetGroupState(
        group=group_name(wanted.group),
        state=None if wanted.state is None else group_state(wanted.state),
        ack_id=wanted.ackId,
    )


def read_subscribe(wanted: SubscribeGroupState) -> ClientRequest:
    """Raises InvalidRequest."""
    return requests.SubscribeGroupState(group=group_name(wanted.group), ack_id=wanted.ackId)


def read_unsubscribe(wanted: UnsubscribeGroupState) -> ClientRequest:
    """Raises InvalidRequest."""
    return requests.UnsubscribeGroupState(group=group_name(wanted.group), ack_id=wanted.ackId)


def write_snapshot(notice: GroupStateSnapshot) -> bytes:
    """A ``groupStateSnapshot``."""
    return _write(b"groupStateSnapshot", notice)


def write_update(notice: GroupStateUpdate) -> bytes:
    """A ``groupStateUpdate``."""
    return _write(b"groupStateUpdate", notice)


def _write(kind: bytes, notice: GroupStateSnapshot | GroupStateUpdate) -> bytes:
    group, items = _encode(notice.group), _encode(notice.items)
    return b'{"type":"%b","group":%b,"items":%b}' % (kind, group, items)
