"""What a client of the protobuf subprotocols sends to ask for something.

Specification: client-protocols sections 8 and 9.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from google.protobuf.message import Message as Protobuf

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.protobuf_payloads import write_data
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import Message

#: A member of UpstreamMessage, and what makes it of a request.
Member: TypeAlias = tuple[str, Callable[[Any], Protobuf]]


def protobuf_frame(request: ClientRequest) -> Frame:
    """A message of the protobuf subprotocols."""
    name, make = _MEMBERS[type(request)]
    members: dict[str, Any] = {name: make(request)}
    return Frame(FrameKind.BINARY, wire.UpstreamMessage(**members).SerializeToString())


def _data(message: Message) -> wire.MessageData | None:
    """None for the message that a client without data has sent."""
    return write_data(message) if message.data or not message.metadata else None


def _join(request: requests.JoinGroup) -> Protobuf:
    return wire.JoinGroupMessage(group=request.group, ack_id=request.ack_id)


def _leave(request: requests.LeaveGroup) -> Protobuf:
    return wire.LeaveGroupMessage(group=request.group, ack_id=request.ack_id)


def _send_to_group(request: requests.SendToGroup) -> Protobuf:
    return wire.SendToGroupMessage(
        group=request.group,
        ack_id=request.ack_id,
        data=_data(request.message),
        no_echo=request.no_echo,
        ttl_seconds=request.ttl_seconds,
        metadata=request.message.metadata,
    )


def _event(request: requests.SendEvent) -> Protobuf:
    return wire.EventMessage(
        event=request.event,
        ack_id=request.ack_id,
        data=_data(request.message),
        metadata=request.message.metadata,
    )


def _invoke(request: requests.Invoke) -> Protobuf:
    return wire.InvokeEventMessage(
        event=request.event,
        invocation_id=request.invocation_id,
        data=_data(request.message),
        metadata=request.message.metadata,
    )


def _set_state(request: requests.SetGroupState) -> Protobuf:
    state = None if request.state is None else wire.GroupState(entries=request.state)
    return wire.SetGroupStateMessage(group=request.group, ack_id=request.ack_id, state=state)


def _subscribe(request: requests.SubscribeGroupState) -> Protobuf:
    return wire.SubscribeGroupStateMessage(group=request.group, ack_id=request.ack_id)


def _unsubscribe(request: requests.UnsubscribeGroupState) -> Protobuf:
    return wire.UnsubscribeGroupStateMessage(group=request.group, ack_id=request.ack_id)


def _start_stream(request: requests.StartStream) -> Protobuf:
    return wire.SendToGroupMessage(
        group=request.group,
        ack_id=request.ack_id,
        no_echo=request.no_echo,
        data=wire.MessageData(text_data="more") if request.carries_message else None,
        stream=wire.StreamStartInfo(
            stream_id=request.stream_id, idle_timeout_ms=request.idle_timeout_ms
        ),
    )


def _fragment(request: requests.StreamFragment) -> Protobuf:
    return wire.StreamDataMessage(
        stream_id=request.stream_id,
        stream_sequence_id=request.sequence_id,
        data=write_data(request.message),
    )


def _end_stream(request: requests.EndStream) -> Protobuf:
    made = wire.StreamEndMessage(stream_id=request.stream_id)
    if request.error is not None:
        made.error.message = request.error.message
        if request.error.user_error_code is not None:
            made.error.user_error_code = request.error.user_error_code
    return made


_MEMBERS: Mapping[type[ClientRequest], Member] = {
    requests.JoinGroup: ("join_group_message", _join),
    requests.LeaveGroup: ("leave_group_message", _leave),
    requests.SendToGroup: ("send_to_group_message", _send_to_group),
    requests.SendEvent: ("event_message", _event),
    requests.Ping: ("ping_message", lambda _: wire.PingMessage()),
    requests.SequenceAck: (
        "sequence_ack_message",
        lambda one: wire.SequenceAckMessage(sequence_id=one.sequence_id),
    ),
    requests.Invoke: ("invoke_event_message", _invoke),
    requests.CancelInvocation: (
        "cancel_invocation_message",
        lambda one: wire.CancelInvocationMessage(invocation_id=one.invocation_id),
    ),
    requests.SetGroupState: ("set_group_state_message", _set_state),
    requests.SubscribeGroupState: ("subscribe_group_state_message", _subscribe),
    requests.UnsubscribeGroupState: ("unsubscribe_group_state_message", _unsubscribe),
    requests.StartStream: ("send_to_group_message", _start_stream),
    requests.StreamFragment: ("stream_data_message", _fragment),
    requests.KeepStreamAlive: (
        "stream_data_message",
        lambda one: wire.StreamDataMessage(stream_id=one.stream_id),
    ),
    requests.EndStream: ("stream_end_message", _end_stream),
}
