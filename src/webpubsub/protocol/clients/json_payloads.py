"""What requests in JSON have in common, and the payload of a message: ``data``, ``dataType`` and
``metadata``.

The JSON of ``data`` is neither decoded nor encoded again, and a long text without escapes is not
encoded again. Specification: client-protocols sections 4, 5.1 and 5.4.
"""

import base64
import binascii
from collections.abc import Callable, Mapping
from json import loads
from typing import Any

import msgspec
from msgspec import Raw

from webpubsub.protocol.clients.request_fields import (
    InvalidRequest,
    message_metadata,
    serialized_any,
)
from webpubsub.protocol.messages import DataType, Message, PlainText

_encode = msgspec.json.encode
_read_text = msgspec.json.Decoder(str).decode

NO_DATA = Raw()
_NO_METADATA = Raw(b"null")
#: From so many characters on it pays to remember that a text is written as it is.
_LONG = 1024
_TEXT = DataType.TEXT
_DATA_TYPES: Mapping[str, DataType] = {kind.value: kind for kind in DataType}


class Wanted(msgspec.Struct, kw_only=True, tag_field="type"):
    """A request as it is written; what it is called is the tag."""

    ackId: int | None = None  # noqa: N815


class Payload(Wanted, kw_only=True):
    """The members of a request that make a message; base of the requests that carry one."""

    data: Raw = NO_DATA
    dataType: str = "json"  # noqa: N815
    metadata: Raw = _NO_METADATA


def read_message(wanted: Payload) -> Message:
    """The message in a request, which needs data or metadata. Raises InvalidRequest or
    msgspec.DecodeError."""
    metadata = None if wanted.metadata is _NO_METADATA else read_metadata(wanted.metadata)
    if wanted.data is not NO_DATA:
        return read_data(wanted.dataType, wanted.data, metadata)
    data_type(wanted.dataType)
    if metadata is None:
        raise InvalidRequest("neither data nor metadata")
    return Message(DataType.TEXT, b"", metadata)


def read_data(name: str, data: Raw, metadata: Mapping[str, str] | None) -> Message:
    """The message of a ``dataType`` and of the JSON text of ``data``. Raises InvalidRequest or
    msgspec.DecodeError."""
    kind = _DATA_TYPES.get(name) or data_type(name)
    if kind is _TEXT:
        return _text_message(data, metadata)
    return Message(kind, _DATA_READERS[kind](data), metadata)


def data_type(name: str) -> DataType:
    """The data type of this name in any letter case. Raises InvalidRequest."""
    kind = _DATA_TYPES.get(name.lower())
    if kind is None:
        raise InvalidRequest(f"the dataType '{name[:64]}'")
    return kind


def write_data(message: Message) -> bytes:
    """The JSON text of the data."""
    if type(message) is PlainText:
        return b'"%b"' % message.data
    return _DATA_WRITERS[message.data_type](message.data)


def _json_data(data: Raw) -> bytes:
    text = bytes(data)
    if text == b"null":
        raise InvalidRequest("data that is null")
    return text


def _text_message(data: Raw, metadata: Mapping[str, str] | None) -> Message:
    text = _read_text(data)
    if len(text) >= _LONG:
        written = bytes(memoryview(data)[1:-1])
        if b"\\" not in written:
            return PlainText(_TEXT, written, metadata)
    return Message(_TEXT, text.encode(), metadata)


def _base64_data(data: Raw) -> bytes:
    try:
        return base64.b64decode(_read_text(data), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("data that is not a string of padded base64") from None


_DATA_READERS: Mapping[DataType, Callable[[Raw], bytes]] = {
    DataType.JSON: _json_data,
    DataType.BINARY: _base64_data,
    DataType.PROTOBUF: lambda data: serialized_any(_base64_data(data)),
}


def _quoted(text: bytes) -> bytes:
    return _encode(text.decode("utf-8", "replace"))


def _base64_text(data: bytes) -> bytes:
    return b'"%b"' % base64.b64encode(data)


_DATA_WRITERS: Mapping[DataType, Callable[[bytes], bytes]] = {
    DataType.JSON: bytes,
    DataType.TEXT: _quoted,
    DataType.BINARY: _base64_text,
    DataType.PROTOBUF: _base64_text,
}


def read_metadata(raw: Raw) -> Mapping[str, str] | None:
    """The metadata of a message, None for null. Raises InvalidRequest."""
    if bytes(raw) == b"null":
        return None
    try:
        # Only the standard library tells of a key that is there twice.
        metadata = loads(bytes(raw), object_pairs_hook=_unique)
    except ValueError:  # a number with more digits than Python reads, too
        raise InvalidRequest("metadata that is not JSON") from None
    if not isinstance(metadata, dict):
        raise InvalidRequest("metadata that is not an object")
    return message_metadata(metadata)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, str]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidRequest("metadata with a key that is there twice")
    if not all(isinstance(value, str) for value in members.values()):
        raise InvalidRequest("metadata with a value that is not a string")
    return members
