"""The subprotocol ``json.webpubsub.azure.v1`` and what its reliable form adds to it.

A message is decoded twice at most: once for its type, once into the request of that type, each
straight into a typed struct. The JSON of ``data`` is neither decoded nor encoded again.
Specification: client-protocols sections 4, 5, 7.1 and 7.2.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta, Raw

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import AckError, ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.json_group_states import read_set, read_subscribe, read_unsubscribe
from webpubsub.protocol.clients.json_invocations import read_cancel, read_invoke
from webpubsub.protocol.clients.json_notices import write_notice
from webpubsub.protocol.clients.json_payloads import Payload, read_message, write_data
from webpubsub.protocol.clients.json_streams import (
    StreamStart,
    read_end,
    read_fragment,
    write_stream,
)
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.request_fields import (
    MAX_ACK_ID,
    MAX_TTL_SECONDS,
    InvalidRequest,
    check_depth,
    event_name,
    group_name,
    sequence_id,
    stream_id,
)
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import Delivery
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


class _ToGroup(Payload, kw_only=True):
    group: str
    noEcho: bool = False  # noqa: N815
    ttlSeconds: Ttl | None = None  # noqa: N815
    stream: StreamStart | None = None


class _Event(Payload, kw_only=True):
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
        stream = b"" if delivery.stream is None else write_stream(delivery.stream)
        data = write_data(message)
        return _text(
            b'{"type":"message",%b,"dataType":"%b","data":%b%b%b}'
            % (origin, message.data_type.encode(), data, metadata, stream)
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

    def encode_notice(self, notice: Notice) -> Sequence[Frame]:
        """A message of any other type."""
        return _text(write_notice(notice))


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
    if wanted.stream is not None:
        return _start_stream(wanted, wanted.stream, ack_id)
    return requests.SendToGroup(
        group=group_name(wanted.group),
        message=read_message(wanted),
        no_echo=wanted.noEcho,
        ttl_seconds=wanted.ttlSeconds or 0,
        ack_id=ack_id,
    )


def _start_stream(wanted: _ToGroup, start: StreamStart, ack_id: int | None) -> ClientRequest:
    has_metadata = bytes(wanted.metadata) != b"null"
    return requests.StartStream(
        group=group_name(wanted.group),
        stream_id=stream_id(start.streamId),
        no_echo=wanted.noEcho,
        idle_timeout_ms=start.idleTimeoutMs,
        carries_message=bool(bytes(wanted.data) or has_metadata or wanted.ttlSeconds),
        ack_id=ack_id,
    )


def _read_event(payload: bytes, ack_id: int | None) -> ClientRequest:
    wanted = _EVENT.decode(payload)
    return requests.SendEvent(
        event=event_name(wanted.event), message=read_message(wanted), ack_id=ack_id
    )


def _read_ping(_payload: bytes, _ack_id: int | None) -> ClientRequest:
    return requests.Ping()


def _read_sequence_ack(payload: bytes, _ack_id: int | None) -> ClientRequest:
    return requests.SequenceAck(sequence_id=sequence_id(_SEQUENCE_ACK.decode(payload).sequenceId))


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
    "invoke": read_invoke,
    "cancelInvocation": read_cancel,
    "setGroupState": read_set,
    "subscribeGroupState": read_subscribe,
    "unsubscribeGroupState": read_unsubscribe,
    "streamData": read_fragment,
    "streamEnd": read_end,
}
_READERS_BY_LOWER_CASE = {name.lower(): reader for name, reader in _READERS.items()}
