"""The subprotocol ``json.webpubsub.azure.v1`` and what its reliable form adds to it.

A message is decoded once, straight into the typed struct of its type. The JSON of ``data`` is
neither decoded nor encoded again.
Specification: client-protocols sections 4, 5, 7.1 and 7.2.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeAlias, Union

import msgspec
from msgspec import UNSET, Meta, Raw, UnsetType

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import AckError, ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.json_group_states import (
    SetGroupState,
    SubscribeGroupState,
    UnsubscribeGroupState,
    read_set,
    read_subscribe,
    read_unsubscribe,
)
from webpubsub.protocol.clients.json_invocations import (
    CancelInvocation,
    Invoke,
    read_cancel,
    read_invoke,
)
from webpubsub.protocol.clients.json_notices import write_notice
from webpubsub.protocol.clients.json_payloads import Payload, Wanted, read_message, write_data
from webpubsub.protocol.clients.json_streams import (
    StreamData,
    StreamEnd,
    StreamStart,
    StreamWritten,
    read_end,
    read_fragment,
    stream_written,
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

_MESSAGE_NAMES = {"origin": "from", "from_user_id": "fromUserId", "data_type": "dataType"}
_RECONNECTION = b',"reconnectionToken":%b'
_encode = msgspec.json.encode

# Python 3.11 takes its time to look up a member of an enumeration.
_TEXT = FrameKind.TEXT

Ttl: TypeAlias = Annotated[int, Meta(ge=0, le=MAX_TTL_SECONDS)]


class _Join(Wanted, kw_only=True, tag="joinGroup"):
    group: str


class _Leave(Wanted, kw_only=True, tag="leaveGroup"):
    group: str


class _ToGroup(Payload, kw_only=True, tag="sendToGroup"):
    group: str
    noEcho: bool = False  # noqa: N815
    ttlSeconds: Ttl | None = None  # noqa: N815
    stream: StreamStart | None = None


class _Event(Payload, kw_only=True, tag="event"):
    event: str


class _Ping(Wanted, kw_only=True, tag="ping"):
    pass


class _SequenceAck(Wanted, kw_only=True, tag="sequenceAck"):
    sequenceId: int  # noqa: N815


class _Message(msgspec.Struct, tag_field="type", tag="message", rename=_MESSAGE_NAMES.get):
    origin: str
    group: str | UnsetType
    from_user_id: str | UnsetType | None
    data_type: str
    data: Raw
    metadata: Mapping[str, str] | UnsetType
    stream: StreamWritten | UnsetType


class JsonCodec:
    """One JSON object in each text message."""

    name = "json"

    def feed(self, frame: Frame) -> Sequence[ClientRequest]:
        """The one request in a message. Raises ClientProtocolError."""
        if frame.kind is not _TEXT:
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
        group, message, stream = delivery.group, delivery.message, delivery.stream
        return _text(
            _encode(
                _Message(
                    "server" if group is None else "group",
                    UNSET if group is None else group,
                    UNSET if group is None else delivery.from_user_id or None,
                    message.data_type,
                    Raw(write_data(message)),
                    message.metadata or UNSET,
                    UNSET if stream is None else stream_written(stream),
                )
            )
        )

    def with_sequence_id(self, frame: Frame, sequence_id: int) -> Frame:
        """The message with ``sequenceId`` as its last member."""
        return Frame(_TEXT, b'%b,"sequenceId":%d}' % (frame.payload[:-1], sequence_id))

    def around_sequence_id(self, frame: Frame) -> tuple[bytes, bytes]:
        """It is the last member."""
        return frame.payload[:-1] + b',"sequenceId":', b"}"

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
            wanted = _read(payload)
        except msgspec.ValidationError:
            wanted = _read(_respelled(payload))
        if wanted.ackId is not None and not 0 <= wanted.ackId <= MAX_ACK_ID:
            raise InvalidRequest("an ackId that is not from 0 to 18446744073709551615")
        return _READERS[type(wanted)](wanted)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{error}") from None


def _respelled(payload: bytes) -> bytes:
    """The message with its type as we spell it, and each member once: what was wrong may be a value
    that a later member of the same name replaces."""
    members = _read_members(payload)
    if "type" in members:
        name = _read_text(members["type"])
        known = _NAMES.get(name.lower())
        if known is None:
            raise InvalidRequest(f"the type '{name[:64]}'")
        members["type"] = Raw(_encode(known))
    return _encode(members)


def _read_join(wanted: _Join) -> ClientRequest:
    return requests.JoinGroup(group=group_name(wanted.group), ack_id=wanted.ackId)


def _read_leave(wanted: _Leave) -> ClientRequest:
    return requests.LeaveGroup(group=group_name(wanted.group), ack_id=wanted.ackId)


def _read_send_to_group(wanted: _ToGroup) -> ClientRequest:
    if wanted.stream is not None:
        return _start_stream(wanted, wanted.stream)
    return requests.SendToGroup(
        group=group_name(wanted.group),
        message=read_message(wanted),
        no_echo=wanted.noEcho,
        ttl_seconds=wanted.ttlSeconds or 0,
        ack_id=wanted.ackId,
    )


def _start_stream(wanted: _ToGroup, start: StreamStart) -> ClientRequest:
    has_metadata = bytes(wanted.metadata) != b"null"
    return requests.StartStream(
        group=group_name(wanted.group),
        stream_id=stream_id(start.streamId),
        no_echo=wanted.noEcho,
        idle_timeout_ms=start.idleTimeoutMs,
        carries_message=bool(bytes(wanted.data) or has_metadata or wanted.ttlSeconds),
        ack_id=wanted.ackId,
    )


def _read_event(wanted: _Event) -> ClientRequest:
    return requests.SendEvent(
        event=event_name(wanted.event), message=read_message(wanted), ack_id=wanted.ackId
    )


def _read_ping(_wanted: _Ping) -> ClientRequest:
    return requests.Ping()


def _read_sequence_ack(wanted: _SequenceAck) -> ClientRequest:
    return requests.SequenceAck(sequence_id=sequence_id(wanted.sequenceId))


def _text(payload: bytes) -> Sequence[Frame]:
    return (Frame(_TEXT, payload),)


_READERS: Mapping[type[Wanted], Callable[[Any], ClientRequest]] = {
    _Join: _read_join,
    _Leave: _read_leave,
    _ToGroup: _read_send_to_group,
    _Event: _read_event,
    _Ping: _read_ping,
    _SequenceAck: _read_sequence_ack,
    Invoke: read_invoke,
    CancelInvocation: read_cancel,
    SetGroupState: read_set,
    SubscribeGroupState: read_subscribe,
    UnsubscribeGroupState: read_unsubscribe,
    StreamData: read_fragment,
    StreamEnd: read_end,
}
_NAMES = {
    str(wanted.__struct_config__.tag).lower(): wanted.__struct_config__.tag for wanted in _READERS
}

_read: Callable[[bytes], Wanted] = msgspec.json.Decoder(Union[tuple(_READERS)]).decode  # noqa: UP007
_read_members = msgspec.json.Decoder(dict[str, Raw]).decode
_read_text = msgspec.json.Decoder(str).decode
