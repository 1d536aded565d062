"""Notices in protobuf. Specification: client-protocols sections 8.1, 9.2 and
9.4."""

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


def _error(error: NoticeError | None) -> wire.ErrorMessage | None:
    return wire.ErrorMessage(name=error.name, message=error.message) if error else None


_WRITERS: Mapping[type[Notice], Callable[[Any], wire.DownstreamMessage]] = {
    notices.InvokeResponse: _invoke_response,
    notices.GroupStateSnapshot: write_snapshot,
    notices.GroupStateUpdate: write_update,
}
