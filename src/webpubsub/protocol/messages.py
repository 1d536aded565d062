"""A message: what one party says to another, whatever client protocol either of them speaks.

Messages are many and hold nothing that leads back to them, so the garbage collector is spared them.
"""

from collections.abc import Mapping
from enum import StrEnum

import msgspec


class DataType(StrEnum):
    """How the bytes of a message are meant to be read."""

    TEXT = "text"
    JSON = "json"
    BINARY = "binary"
    PROTOBUF = "protobuf"


#: The Content-Type that goes with each data type in REST bodies and event replies.
CONTENT_TYPES: Mapping[DataType, str] = {
    DataType.TEXT: "text/plain",
    DataType.JSON: "application/json",
    DataType.BINARY: "application/octet-stream",
    DataType.PROTOBUF: "application/x-protobuf",
}

DATA_TYPES: Mapping[str, DataType] = {
    content_type: data_type for data_type, content_type in CONTENT_TYPES.items()
}


# Python 3.11 takes its time to look up a member of an enumeration.
_JSON = DataType.JSON


class Message(msgspec.Struct, frozen=True, gc=False):
    """A payload and how to read it.

    ``data`` holds the UTF-8 bytes of a text, the raw JSON text exactly as supplied (never re-
    encoded), the plain bytes of a binary message, or a serialized ``google.protobuf.Any``. Metadata
    is a map of strings, or None.
    """

    data_type: DataType
    data: bytes
    metadata: Mapping[str, str] | None = None

    @property
    def is_null(self) -> bool:
        """Whether it is the JSON ``null``, which clients must never be sent as data: official ones
        drop the message or fail. Specification: client-protocols section 14."""
        return self.data_type is _JSON and self.data.strip() == b"null"


class PlainText(Message, frozen=True, gc=False):
    """A text that JSON writes as it is, between quotes. Elsewhere it is a message like any other,
    and comes there as one."""


class StreamError(msgspec.Struct, frozen=True):
    """Why a stream ended before its time; ``user_error_code`` is the publisher's own."""

    name: str
    message: str
    user_error_code: str | None = None


class StreamInfo(msgspec.Struct, frozen=True, kw_only=True):
    """Which stream a message belongs to, and its number there. The one that ``ends`` the stream has
    no content. Specification: client-protocols section 9.3."""

    stream_id: str
    sequence_id: int
    ends: bool = False
    error: StreamError | None = None


class Delivery(msgspec.Struct, frozen=True, gc=False):
    """A message on its way to many connections: where it came from, until when it is worth
    delivering.

    ``group`` is the group it was sent to, or None for a message of the application server (shown to
    clients as ``from: server``). ``from_user_id`` is the user of the connection that sent it to the
    group; None for anonymous senders and for the application server. ``expires_at`` is an absolute
    time in seconds, or None. ``stream`` is set for what belongs to a stream.
    """

    message: Message
    group: str | None = None
    from_user_id: str | None = None
    expires_at: float | None = None
    stream: StreamInfo | None = None
