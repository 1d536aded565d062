"""Group states as JSON clients ask for and are told them. Specification: client-protocols sections
5.2 and 9.4."""

import msgspec

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.notices import GroupStateSnapshot, GroupStateUpdate
from webpubsub.protocol.clients.request_fields import group_name, group_state
from webpubsub.protocol.clients.requests import ClientRequest

_encode = msgspec.json.encode


class _Group(msgspec.Struct):
    group: str


class _Set(msgspec.Struct):
    group: str
    state: dict[str, str] | None = None


_GROUP = msgspec.json.Decoder(_Group)
_SET = msgspec.json.Decoder(_Set)


def read_set(payload: bytes, ack_id: int | None) -> ClientRequest:
    """A ``setGroupState``; without ``state``, or with null, it clears. Raises InvalidRequest."""
    wanted = _SET.decode(payload)
    return requests.SetGroupState(
        group=group_name(wanted.group),
        state=None if wanted.state is None else group_state(wanted.state),
        ack_id=ack_id,
    )


def read_subscribe(payload: bytes, ack_id: int | None) -> ClientRequest:
    """A ``subscribeGroupState``. Raises InvalidRequest."""
    group = group_name(_GROUP.decode(payload).group)
    return requests.SubscribeGroupState(group=group, ack_id=ack_id)


def read_unsubscribe(payload: bytes, ack_id: int | None) -> ClientRequest:
    """An ``unsubscribeGroupState``. Raises InvalidRequest."""
    group = group_name(_GROUP.decode(payload).group)
    return requests.UnsubscribeGroupState(group=group, ack_id=ack_id)


def write_snapshot(notice: GroupStateSnapshot) -> bytes:
    """A ``groupStateSnapshot``."""
    return _write(b"groupStateSnapshot", notice)


def write_update(notice: GroupStateUpdate) -> bytes:
    """A ``groupStateUpdate``."""
    return _write(b"groupStateUpdate", notice)


def _write(kind: bytes, notice: GroupStateSnapshot | GroupStateUpdate) -> bytes:
    group, items = _encode(notice.group), _encode(notice.items)
    return b'{"type":"%b","group":%b,"items":%b}' % (kind, group, items)
