"""The subprotocol ``protobuf.webpubsub.azure.v1``.

Every binary message is one message of webpubsub.proto. Specification: client-protocols sections 4
and 8.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from google.protobuf.message import DecodeError
from google.protobuf.message import Message as Protobuf

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import AckError, ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.protobuf_group_states import (
    read_set,
    read_subscribe,
    read_unsubscribe,
)
from webpubsub.protocol.clients.protobuf_invocations import read_cancel, read_invoke
from webpubsub.protocol.clients.protobuf_notices import write_notice
from webpubsub.protocol.clients.protobuf_payloads import read_ack_id, read_message, write_data
from webpubsub.protocol.clients.protobuf_streams import (
    read_end,
    read_fragment,
    read_start,
    refuse_stream,
    write_stream,
)
from webpubsub.protocol.clients.request_fields import (
    MAX_TTL_SECONDS,
    InvalidRequest,
    event_name,
    group_name,
)
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals.clients import PROTOBUF_INVALID, PROTOBUF_NEEDS_BINARY

SUBPROTOCOL = "protobuf.webpubsub.azure.v1"
RELIABLE_SUBPROTOCOL = "protobuf.reliable.webpubsub.azure.v1"

# The name of this field is a keyword of Python.
_FROM_GROUP: Mapping[str, Any] = {"from": "group"}
_FROM_SERVER: Mapping[str, Any] = {"from": "server"}


class ProtobufCodec:
    """One protobuf message in each binary message. ``subprotocol`` is the name that close reasons
    mention."""

    name = "protobuf"

    def __init__(self, subprotocol: str = SUBPROTOCOL) -> None:
        self._subprotocol = subprotocol

    def feed(self, frame: Frame) -> Sequence[ClientRequest]:
        """The one request in a message. Raises ClientProtocolError."""
        if frame.kind is not FrameKind.BINARY:
            text = f"The {self._subprotocol} subprotocol requires binary messages."
            raise ClientProtocolError(PROTOBUF_NEEDS_BINARY.refuse("a text message", text))
        try:
            return (parse_request(frame.payload),)
        except InvalidRequest as error:
            text = f"The client message is not a valid {self._subprotocol} protocol message."
            raise ClientProtocolError(PROTOBUF_INVALID.refuse(str(error), text)) from None

    def encode_delivery(self, delivery: Delivery) -> Sequence[Frame]:
        """A message from a group or from the server; protobuf clients are not told by whom."""
        message = delivery.message
        origin = _FROM_SERVER if delivery.group is None else _FROM_GROUP
        return _frames(
            wire.DownstreamMessage(
                data_message=wire.DataMessage(
                    group=delivery.group,
                    data=write_data(message),
                    metadata=message.metadata,
                    stream=None if delivery.stream is None else write_stream(delivery.stream),
                    **origin,
                )
            )
        )

    def with_sequence_id(self, frame: Frame, sequence_id: int) -> Frame:
        """The same delivery with a sequence id; what the delivery says is not read."""
        delivery = wire.NumberedDelivery.FromString(frame.payload)
        delivery.data_message.sequence_id = sequence_id
        return _frame(delivery)

    def around_sequence_id(self, frame: Frame) -> tuple[bytes, bytes] | None:
        """It is a varint, and counts in the size of what it is in."""
        return None

    def encode_connected(
        self, connection_id: str, user_id: str | None, reconnection_token: str | None = None
    ) -> Sequence[Frame]:
        """The ``connected`` system message; an anonymous user has the empty name."""
        connected = wire.SystemMessage.ConnectedMessage(
            connection_id=connection_id, user_id=user_id, reconnection_token=reconnection_token
        )
        return _frames(
            wire.DownstreamMessage(system_message=wire.SystemMessage(connected_message=connected))
        )

    def encode_disconnected(self, message: str) -> Sequence[Frame]:
        """The ``disconnected`` system message."""
        disconnected = wire.SystemMessage.DisconnectedMessage(reason=message)
        return _frames(
            wire.DownstreamMessage(
                system_message=wire.SystemMessage(disconnected_message=disconnected)
            )
        )

    def encode_ack(self, ack_id: int, error: AckError | None = None) -> Sequence[Frame]:
        """The ack; it has an ``error`` exactly when the request failed."""
        told = wire.ErrorMessage(name=error.name, message=error.message) if error else None
        ack = wire.AckMessage(ack_id=ack_id, success=error is None, error=told)
        return _frames(wire.DownstreamMessage(ack_message=ack))

    def encode_pong(self) -> Sequence[Frame]:
        """The answer to a ping."""
        return _frames(wire.DownstreamMessage(pong_message=wire.PongMessage()))

    def encode_notice(self, notice: Notice) -> Sequence[Frame]:
        """A message of any other kind."""
        return _frames(write_notice(notice))


def parse_request(payload: bytes) -> ClientRequest:
    """The request in a message. Raises InvalidRequest."""
    try:
        wanted = wire.UpstreamMessage.FromString(payload)
    except DecodeError:
        raise InvalidRequest("bytes that are not an UpstreamMessage") from None
    kind = wanted.WhichOneof("message")
    if kind is None:
        raise InvalidRequest("an UpstreamMessage without a message of a known kind")
    read = _READERS.get(kind)
    if read is None:
        raise InvalidRequest(f"a {kind}, which is not supported")
    return read(getattr(wanted, kind))


def _read_join(wanted: wire.JoinGroupMessage) -> ClientRequest:
    return requests.JoinGroup(group=group_name(wanted.group), ack_id=read_ack_id(wanted))


def _read_leave(wanted: wire.LeaveGroupMessage) -> ClientRequest:
    return requests.LeaveGroup(group=group_name(wanted.group), ack_id=read_ack_id(wanted))


def _read_send_to_group(wanted: wire.SendToGroupMessage) -> ClientRequest:
    if wanted.ttl_seconds > MAX_TTL_SECONDS:
        raise InvalidRequest(f"a ttl_seconds of {wanted.ttl_seconds}, over {MAX_TTL_SECONDS}")
    if wanted.HasField("stream"):
        return read_start(wanted)
    return requests.SendToGroup(
        group=group_name(wanted.group),
        message=read_message(wanted),
        no_echo=wanted.no_echo,
        ttl_seconds=wanted.ttl_seconds,
        ack_id=read_ack_id(wanted),
    )


def _read_event(wanted: wire.EventMessage) -> ClientRequest:
    refuse_stream(wanted)
    return requests.SendEvent(
        event=event_name(wanted.event), message=read_message(wanted), ack_id=read_ack_id(wanted)
    )


def _read_sequence_ack(wanted: wire.SequenceAckMessage) -> ClientRequest:
    return requests.SequenceAck(sequence_id=wanted.sequence_id)


def _read_ping(_wanted: wire.PingMessage) -> ClientRequest:
    return requests.Ping()


def _frames(message: Protobuf) -> Sequence[Frame]:
    return (_frame(message),)


def _frame(message: Protobuf) -> Frame:
    # The order of a map's entries is the runtime's secret unless it is asked for a fixed one; a
    # delivery that is repeated must be the same bytes.
    return Frame(FrameKind.BINARY, message.SerializeToString(deterministic=True))


_READERS: Mapping[str, Callable[[Any], ClientRequest]] = {
    "join_group_message": _read_join,
    "leave_group_message": _read_leave,
    "send_to_group_message": _read_send_to_group,
    "event_message": _read_event,
    "sequence_ack_message": _read_sequence_ack,
    "ping_message": _read_ping,
    "invoke_event_message": read_invoke,
    "cancel_invocation_message": read_cancel,
    "set_group_state_message": read_set,
    "subscribe_group_state_message": read_subscribe,
    "unsubscribe_group_state_message": read_unsubscribe,
    "stream_data_message": read_fragment,
    "stream_end_message": read_end,
}
