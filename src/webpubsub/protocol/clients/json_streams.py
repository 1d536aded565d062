"""Streams in JSON: what publishers ask for, and what subscribers are told.

Specification: client-protocols section 9.3.
"""

import msgspec
from msgspec import Raw

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.json_payloads import NO_DATA, Wanted, read_data
from webpubsub.protocol.clients.request_fields import InvalidRequest, sequence_id, stream_id
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import StreamInfo


class StreamStart(msgspec.Struct):
    """The member ``stream`` of a ``sendToGroup``."""

    streamId: str  # noqa: N815
    idleTimeoutMs: int | None = None  # noqa: N815


class StreamData(Wanted, kw_only=True, tag="streamData"):
    """A ``streamData``: a fragment or, without any of its members, a sign of life."""

    streamId: str  # noqa: N815
    streamSequenceId: int | None = None  # noqa: N815
    dataType: str | None = None  # noqa: N815
    data: Raw = NO_DATA


class _Error(msgspec.Struct):
    message: str | None = None
    userErrorCode: str | None = None  # noqa: N815


class StreamEnd(Wanted, kw_only=True, tag="streamEnd"):
    """A ``streamEnd``."""

    streamId: str  # noqa: N815
    error: _Error | None = None


def read_fragment(wanted: StreamData) -> ClientRequest:
    """Raises InvalidRequest."""
    name, number, data_type, data = (
        stream_id(wanted.streamId),
        wanted.streamSequenceId,
        wanted.dataType,
        wanted.data,
    )
    if number is None and data_type is None and data is NO_DATA:
        return requests.KeepStreamAlive(stream_id=name)
    if number is None or data_type is None or data is NO_DATA:
        raise InvalidRequest("a fragment without one of streamSequenceId, dataType and data")
    return requests.StreamFragment(
        stream_id=name,
        sequence_id=sequence_id(number),
        message=read_data(data_type, data, None),
    )


def read_end(wanted: StreamEnd) -> ClientRequest:
    """Raises InvalidRequest."""
    error = wanted.error
    return requests.EndStream(
        stream_id=stream_id(wanted.streamId),
        error=None if error is None else requests.user_error(error.message, error.userErrorCode),
    )


class _ErrorWritten(msgspec.Struct, omit_defaults=True):
    name: str
    message: str
    userErrorCode: str | None = None  # noqa: N815


class StreamWritten(msgspec.Struct, omit_defaults=True):
    """The member ``stream`` of a message."""

    streamId: str  # noqa: N815
    streamSequenceId: int  # noqa: N815
    endOfStream: bool = False  # noqa: N815
    error: _ErrorWritten | None = None


def stream_written(stream: StreamInfo) -> StreamWritten:
    """Where a message belongs in its stream, as subscribers are told."""
    written = StreamWritten(stream.stream_id, stream.sequence_id, stream.ends)
    error = stream.error
    if error is not None:
        written.error = _ErrorWritten(error.name, error.message, error.user_error_code)
    return written
