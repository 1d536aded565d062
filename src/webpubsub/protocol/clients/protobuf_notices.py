"""Notices in protobuf. Specification: client-protocols sections 8.1 and 9.2 to 9.4."""

from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.clients import notices
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.notices import Notice, NoticeError
from webpubsub.protocol.clients.protobuf_group_states import write_snapshot, write_update
from webpubsub.protocol.clients.protobuf_payloads import write_data


def write_notice(notice: Notice) -> wire.DownstreamMessage:
    """A notice as a message to a client."""
    return _WRITERS[type(notice)](notice)


def _invoke_response(notice: notices.InvokeResponse) -> wire.DownstreamMessage:
    reply = notice.reply
    return wire.DownstreamMessage(
        invoke_response_message=wire.InvokeResponseMessage(
            invocation_id=notice.invocation_id,
            success=notice.error is None,
            data=None if reply is None else write_data(reply),
            error=_error(notice.error),
            metadata=None if reply is None else reply.metadata,
        )
    )


def _stream_ack(notice: notices.StreamAck) -> wire.DownstreamMessage:
    return wire.DownstreamMessage(
        stream_ack_message=wire.StreamAckMessage(
            stream_id=notice.stream_id, expected_sequence_id=notice.expected
        )
    )


def _stream_nack(notice: notices.StreamNack) -> wire.DownstreamMessage:
    return wire.DownstreamMessage(
        stream_nack_message=wire.StreamNackMessage(
            stream_id=notice.stream_id,
            name=notice.name,
            message=notice.message,
            expected_sequence_id=notice.expected,
        )
    )


def _stream_closed(notice: notices.StreamClosed) -> wire.DownstreamMessage:
    return wire.DownstreamMessage(
        stream_closed_message=wire.StreamClosedMessage(
            stream_id=notice.stream_id, error=_error(notice.error)
        )
    )


def _error(error: NoticeError | None) -> wire.ErrorMessage | None:
    return wire.ErrorMessage(name=error.name, message=error.message) if error else None


_WRITERS: Mapping[type[Notice], Callable[[Any], wire.DownstreamMessage]] = {
    notices.InvokeResponse: _invoke_response,
    notices.GroupStateSnapshot: write_snapshot,
    notices.GroupStateUpdate: write_update,
    notices.StreamAck: _stream_ack,
    notices.StreamNack: _stream_nack,
    notices.StreamClosed: _stream_closed,
}
