"""The subprotocol ``json.webpubsub.azure.v1`` and what its reliable form adds to it.

A message is decoded twice at most: once for its type, once into the request of that type, each
straight into a typed struct. The JSON of ``data`` is neither decoded nor encoded again.
Specification: client-protocols sections 4, 5, 7.1 and 7.2.
"""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from json import loads
from typing import Annotated, Any, TypeAlias

import msgspec
from msgspec import Meta, Raw

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import AckError, ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.request_fields import (
    MAX_ACK_ID,
    MAX_TTL_SECONDS,
    InvalidRequest,
    check_depth,
    event_name,
    group_name,
    message_metadata,
    serialized_any,
)
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.refusals.clients import JSON_INVALID, JSON_NEEDS_TEXT

SUBPROTOCOL = "json.webpubsub.azure.v1"
RELIABLE_SUBPROTOCOL = "json.reliable.webpubsub.azure.v1"

_RECONNECTION = b',"reconnectionToken":%b'
_encode = msgspec.json.encode

Ttl: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_TTL_SECONDS)]


class _Head(msgspec.Struct):
    type: str
    ackId: int | None = None  # noqa: N815


class _Group(msgspec.Struct):
    group: str


class _Payload(msgspec.Struct, kw_only=True):
    data: Raw = Raw()
    dataType: str = "json"  # noqa: N815
    metadata: Raw = Raw(b"null")


class _ToGroup(_Payload, kw_only=True):
    group: str
    noEcho: bool = False  # noqa: N815
    ttlSeconds: Ttl | None = None  # noqa: N815


class _Event(_Payload, kw_only=True):
    event: str


class _SequenceAck(msgspec.Struct):
    sequenceId: int  # noqa: N815


_HEAD = msgspec.json.Decoder(_Head)
_MEMBERS = msgspec.json.Decoder(dict[str, Raw])
_GROUP = msgspec.json.Decoder(_Group)
_TO_GROUP = msgspec.json.Decoder(_ToGroup)
_EVENT = msgspec.json.Decoder(_Event)
_SEQUENCE_ACK = msgspec.json.Decoder(_SequenceAck)


class JsonCodec:
    """One JSON object in each text message."""

    name = "json"

    def feed(self, frame: Frame) -> Sequence[ClientRequest]:
        """The one request in a message. Raises ClientProtocolError."""
        if frame.kind is not FrameKind.TEXT:
            text = "The JSON subprotocol requires text messages."
            raise ClientProtocolError(JSON_NEEDS_TEXT.refuse("a binary message", text))
        try:
            return (parse_request(frame.payload),)
        except InvalidRequest as error:
            text = "The client message is not a valid JSON protocol message."
            raise ClientProtocolError(JSON_INVALID.refuse(str(error), text)) from None

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        """A message from a group or from the server. The order of the members is what clients
        compare."""
        if delivery.group is None:
            origin = b'"from":"server"'
        else:
            origin = b'"from":"group","group":%b,"fromUserId":%b' % (
                _encode(delivery.group),
                _encode(delivery.from_user_id or None),
            )
        message = delivery.message
        metadata = b',"metadata":' + _encode(message.metadata) if message.metadata else b""
        data = _DATA_WRITERS[message.data_type](message.data)
        return _text(
            b'{"type":"message",%b,"dataType":"%b","data":%b%b}'
            % (origin, message.data_type.encode(), data, metadata)
        )

    def with_sequence_id(self, frame: Frame, sequence_id: int) -> Frame:
        """The message with ``sequenceId`` as its last member."""
        return Frame(FrameKind.TEXT, b'%b,"sequenceId":%d}' % (frame.payload[:-1], sequence_id))

    def encode_connected(
        self, connection_id: str, user_id: str | None, reconnection_token: str | None = None
    ) -> Sequence[Frame]:
        """The ``connected`` system message."""
        token = b"" if reconnection_token is None else _RECONNECTION % _encode(reconnection_token)
        return _text(
            b'{"type":"system","event":"connected","userId":%b,"connectionId":%b%b}'
            % (_encode(user_id), _encode(connection_id), token)
        )

    def encode_disconnected(self, message: str) -> Sequence[Frame]:
        """The ``disconnected`` system message."""
        return _text(b'{"type":"system","event":"disconnected","message":%b}' % _encode(message))

    def encode_ack(self, ack_id: int, error: AckError | None = None) -> Sequence[Frame]:
        """The ``ack`` message; it has an ``error`` exactly when the request failed."""
        if error is None:
            return _text(b'{"type":"ack","ackId":%d,"success":true}' % ack_id)
        return _text(
            b'{"type":"ack","ackId":%d,"success":false,"error":%b}' % (ack_id, _encode(error))
        )

    def encode_pong(self) -> Sequence[Frame]:
        """The ``pong`` message."""
        return _text(b'{"type":"pong"}')


def parse_request(payload: bytes) -> ClientRequest:
    """The request in a message. Raises InvalidRequest."""
    check_depth(payload)
    try:
        try:
            return _read(payload)
        except msgspec.ValidationError:
            # What was wrong may be a value that a later member of the same name replaces.
            return _read(_encode(_MEMBERS.decode(payload)))
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{error}") from None


def _read(payload: bytes) -> ClientRequest:
    head = _HEAD.decode(payload)
    read = _READERS.get(head.type) or _READERS_BY_LOWER_CASE.get(head.type.lower())
    if read is None:
        raise InvalidRequest(f"the type '{head.type[:64]}'")
    return read(payload, _ack_id(head.ackId))


def _ack_id(value: int | None) -> int | None:
    if value is not None and not 0 <= value <= MAX_ACK_ID:
        raise InvalidRequest("an ackId that is not from 0 to 18446744073709551615")
    return value


def _read_join(payload: bytes, ack_id: int | None) -> ClientRequest:
    return requests.JoinGroup(group=group_name(_GROUP.decode(payload).group), ack_id=ack_id)


def _read_leave(payload: bytes, ack_id: int | None) -> ClientRequest:
    return requests.LeaveGroup(group=group_name(_GROUP.decode(payload).group), ack_id=ack_id)


def _read_send_to_group(payload: bytes, ack_id: int | None) -> ClientRequest:
    wanted = _TO_GROUP.decode(payload)
    return requests.SendToGroup(
        group=group_name(wanted.group),
        message=_message(wanted),
        no_echo=wanted.noEcho,
        ttl_seconds=wanted.ttlSeconds or 0,
        ack_id=ack_id,
    )


def _read_event(payload: bytes, ack_id: int | None) -> ClientRequest:
    wanted = _EVENT.decode(payload)
    return requests.SendEvent(
        event=event_name(wanted.event), message=_message(wanted), ack_id=ack_id
    )


def _read_ping(_payload: bytes, _ack_id: int | None) -> ClientRequest:
    return requests.Ping()


def _read_sequence_ack(payload: bytes, _ack_id: int | None) -> ClientRequest:
    sequence_id = _SEQUENCE_ACK.decode(payload).sequenceId
    if not 0 <= sequence_id <= MAX_ACK_ID:
        raise InvalidRequest("a sequenceId out of range")
    return requests.SequenceAck(sequence_id=sequence_id)


def _message(wanted: _Payload) -> Message:
    metadata = _metadata(wanted.metadata)
    data = bytes(wanted.data)
    kind = wanted.dataType.lower()
    read = _DATA_READERS.get(kind)
    if read is None:
        raise InvalidRequest(f"the dataType '{wanted.dataType[:64]}'")
    if data:
        return Message(DataType(kind), read(data), metadata)
    if metadata is None:
        raise InvalidRequest("neither data nor metadata")
    return Message(DataType.TEXT, b"", metadata)


def _json_data(data: bytes) -> bytes:
    if data == b"null":
        raise InvalidRequest("data that is null")
    return data


def _text_data(data: bytes) -> bytes:
    return msgspec.json.decode(data, type=str).encode()


def _base64_data(data: bytes) -> bytes:
    try:
        return base64.b64decode(msgspec.json.decode(data, type=str), validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("data that is not a string of padded base64") from None


_DATA_READERS: Mapping[str, Callable[[bytes], bytes]] = {
    "json": _json_data,
    "text": _text_data,
    "binary": _base64_data,
    "protobuf": lambda data: serialized_any(_base64_data(data)),
}


def _base64_text(data: bytes) -> bytes:
    return b'"%b"' % base64.b64encode(data)


_DATA_WRITERS: Mapping[DataType, Callable[[bytes], bytes]] = {
    DataType.JSON: bytes,
    DataType.TEXT: lambda data: _encode(data.decode(errors="replace")),
    DataType.BINARY: _base64_text,
    DataType.PROTOBUF: _base64_text,
}


def _metadata(raw: Raw) -> Mapping[str, str] | None:
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


def _text(payload: bytes) -> Sequence[Frame]:
    return (Frame(FrameKind.TEXT, payload),)


Reader: TypeAlias = Callable[[bytes, int | None], ClientRequest]

_READERS: Mapping[str, Reader] = {
    "joinGroup": _read_join,
    "leaveGroup": _read_leave,
    "sendToGroup": _read_send_to_group,
    "event": _read_event,
    "ping": _read_ping,
    "sequenceAck": _read_sequence_ack,
}
_READERS_BY_LOWER_CASE = {name.lower(): reader for name, reader in _READERS.items()}
