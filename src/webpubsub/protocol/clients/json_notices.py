"""Notices in JSON. Specification: client-protocols sections 9.2 to 9.4."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from webpubsub.protocol.clients import notices
from webpubsub.protocol.clients.json_group_states import write_snapshot, write_update
from webpubsub.protocol.clients.json_payloads import write_data
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.messages import Message

_encode = msgspec.json.encode


def write_notice(notice: Notice) -> bytes:
    """The JSON text of a notice."""
    return _WRITERS[type(notice)](notice)


def _invoke_response(notice: notices.InvokeResponse) -> bytes:
    if notice.error is not None:
        rest = b'"success":false,"error":' + _encode(notice.error)
    else:
        rest = b'"success":true' + _reply(notice.reply)
    invocation_id = _encode(notice.invocation_id)
    return b'{"type":"invokeResponse","invocationId":%b,%b}' % (invocation_id, rest)


def _reply(reply: Message | None) -> bytes:
    if reply is None:
        return b""
    metadata = b',"metadata":' + _encode(reply.metadata) if reply.metadata else b""
    return b',"dataType":"%b","data":%b%b' % (reply.data_type.encode(), write_data(reply), metadata)


def _stream_ack(notice: notices.StreamAck) -> bytes:
    return b'{"type":"streamAck","streamId":%b,"expectedSequenceId":%d}' % (
        _encode(notice.stream_id),
        notice.expected,
    )


def _stream_nack(notice: notices.StreamNack) -> bytes:
    return b'{"type":"streamNack","streamId":%b,"name":%b,"message":%b,"expectedSequenceId":%d}' % (
        _encode(notice.stream_id),
        _encode(notice.name),
        _encode(notice.message),
        notice.expected,
    )


def _stream_closed(notice: notices.StreamClosed) -> bytes:
    error = b"" if notice.error is None else b',"error":' + _encode(notice.error)
    return b'{"type":"streamClosed","streamId":%b%b}' % (_encode(notice.stream_id), error)


_WRITERS: Mapping[type[Notice], Callable[[Any], bytes]] = {
    notices.InvokeResponse: _invoke_response,
    notices.GroupStateSnapshot: write_snapshot,
    notices.GroupStateUpdate: write_update,
    notices.StreamAck: _stream_ack,
    notices.StreamNack: _stream_nack,
    notices.StreamClosed: _stream_closed,
}
