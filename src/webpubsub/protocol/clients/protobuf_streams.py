"""Streams in protobuf: what publishers ask for, and what subscribers are told.

Specification: client-protocols sections 8.1 and 9.3.
"""

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.protobuf_payloads import read_data
from webpubsub.protocol.clients.request_fields import InvalidRequest, group_name, stream_id
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import StreamError, StreamInfo


def read_start(wanted: wire.SendToGroupMessage) -> ClientRequest:
    """A ``send_to_group_message`` with a ``stream``. Raises InvalidRequest."""
    start = wanted.stream
    has_data = wanted.data.WhichOneof("data") is not None
    return requests.StartStream(
        group=group_name(wanted.group),
        stream_id=stream_id(start.stream_id),
        no_echo=wanted.no_echo,
        idle_timeout_ms=start.idle_timeout_ms if start.HasField("idle_timeout_ms") else None,
        carries_message=bool(has_data or wanted.metadata or wanted.ttl_seconds),
        ack_id=wanted.ack_id if wanted.HasField("ack_id") else None,
    )


def refuse_stream(wanted: wire.EventMessage | wire.InvokeEventMessage) -> None:
    """CHOICE: the schema lets an event start a stream, but nothing says what that would mean, so
    that it is no request. Raises InvalidRequest."""
    if wanted.HasField("stream"):
        raise InvalidRequest("an event with a stream, which only groups take")


def read_fragment(wanted: wire.StreamDataMessage) -> ClientRequest:
    """A ``stream_data_message``: a fragment or, with a stream id alone, a sign of life. Raises
    InvalidRequest."""
    name = stream_id(wanted.stream_id)
    has_number, has_data = wanted.HasField("stream_sequence_id"), wanted.HasField("data")
    if not has_number and not has_data:
        return requests.KeepStreamAlive(stream_id=name)
    message = read_data(wanted.data, None)
    if message is None or not has_number:
        raise InvalidRequest("a fragment without one of stream_sequence_id and data")
    return requests.StreamFragment(
        stream_id=name, sequence_id=wanted.stream_sequence_id, message=message
    )


def read_end(wanted: wire.StreamEndMessage) -> ClientRequest:
    """A ``stream_end_message``. Raises InvalidRequest."""
    return requests.EndStream(stream_id=stream_id(wanted.stream_id), error=_user_error(wanted))


def _user_error(wanted: wire.StreamEndMessage) -> StreamError | None:
    if not wanted.HasField("error"):
        return None
    error = wanted.error
    code = error.user_error_code if error.HasField("user_error_code") else None
    return requests.user_error(error.message, code)


def write_stream(stream: StreamInfo) -> wire.StreamInfo:
    """The ``stream`` of a message."""
    info = wire.StreamInfo(
        stream_id=stream.stream_id,
        stream_sequence_id=stream.sequence_id,
        error=None if stream.error is None else _write_error(stream.error),
    )
    if stream.ends:
        info.end_of_stream = True
    return info


def _write_error(error: StreamError) -> wire.StreamInfo.StreamError:
    return wire.StreamInfo.StreamError(
        name=error.name, message=error.message, user_error_code=error.user_error_code
    )
