"""What a client sends to ask for something, in the protocol that it speaks.

A simple client sends payloads alone. Specification: client-protocols sections 3, 5 and 9.
"""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.json_payloads import write_data
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.recording.protobuf_frames import protobuf_frame

_TEXTS = (DataType.TEXT, DataType.JSON)


def client_frame(request: ClientRequest, codec: ClientCodec) -> Frame | None:
    """The request of a client of this protocol; None for what a simple client cannot ask for."""
    return _FRAMES[codec.name](request)


def simple_frame(request: ClientRequest) -> Frame | None:
    """The payload alone; None for what a simple client cannot ask for."""
    if not isinstance(request, requests.SendEvent | requests.SendToGroup):
        return None
    message = request.message
    kind = FrameKind.TEXT if message.data_type in _TEXTS else FrameKind.BINARY
    return Frame(kind, message.data)


def json_frame(request: ClientRequest) -> Frame:
    """A message of the JSON subprotocols."""
    made = _MEMBERS[type(request)](request)
    members = {name: value for name, value in made.items() if value is not None}
    return Frame(FrameKind.TEXT, msgspec.json.encode(members))


def _of_group(kind: str) -> Callable[[Any], dict[str, Any]]:
    return lambda request: {"type": kind, "group": request.group, "ackId": request.ack_id}


def _payload(message: Message) -> dict[str, Any]:
    is_there = message.data or not message.metadata
    data = msgspec.Raw(write_data(message)) if is_there else None
    return {"dataType": message.data_type.value, "data": data, "metadata": message.metadata}


def _send_to_group(request: requests.SendToGroup) -> dict[str, Any]:
    return {
        **_of_group("sendToGroup")(request),
        **_payload(request.message),
        "noEcho": request.no_echo,
        "ttlSeconds": request.ttl_seconds or None,
    }


def _event(request: requests.SendEvent) -> dict[str, Any]:
    own = {"type": "event", "event": request.event, "ackId": request.ack_id}
    return {**own, **_payload(request.message)}


def _invoke(request: requests.Invoke) -> dict[str, Any]:
    return {
        "type": "invoke",
        "invocationId": request.invocation_id,
        "target": request.target,
        "event": request.event,
        **_payload(request.message),
    }


def _cancel(request: requests.CancelInvocation) -> dict[str, Any]:
    return {"type": "cancelInvocation", "invocationId": request.invocation_id}


def _set_state(request: requests.SetGroupState) -> dict[str, Any]:
    return {**_of_group("setGroupState")(request), "state": request.state}


def _start_stream(request: requests.StartStream) -> dict[str, Any]:
    stream = {"streamId": request.stream_id, "idleTimeoutMs": request.idle_timeout_ms}
    return {
        **_of_group("sendToGroup")(request),
        "noEcho": request.no_echo,
        "stream": {name: value for name, value in stream.items() if value is not None},
        "data": "more" if request.carries_message else None,
    }


def _fragment(request: requests.StreamFragment) -> dict[str, Any]:
    return {
        "type": "streamData",
        "streamId": request.stream_id,
        "streamSequenceId": request.sequence_id,
        **_payload(request.message),
    }


def _keep_alive(request: requests.KeepStreamAlive) -> dict[str, Any]:
    return {"type": "streamData", "streamId": request.stream_id}


def _end_stream(request: requests.EndStream) -> dict[str, Any]:
    error = request.error
    shown = error and {"message": error.message, "userErrorCode": error.user_error_code}
    return {"type": "streamEnd", "streamId": request.stream_id, "error": shown}


_MEMBERS: Mapping[type[ClientRequest], Callable[[Any], dict[str, Any]]] = {
    requests.JoinGroup: _of_group("joinGroup"),
    requests.LeaveGroup: _of_group("leaveGroup"),
    requests.SendToGroup: _send_to_group,
    requests.SendEvent: _event,
    requests.Ping: lambda _: {"type": "ping"},
    requests.SequenceAck: lambda one: {"type": "sequenceAck", "sequenceId": one.sequence_id},
    requests.Invoke: _invoke,
    requests.CancelInvocation: _cancel,
    requests.SetGroupState: _set_state,
    requests.SubscribeGroupState: _of_group("subscribeGroupState"),
    requests.UnsubscribeGroupState: _of_group("unsubscribeGroupState"),
    requests.StartStream: _start_stream,
    requests.StreamFragment: _fragment,
    requests.KeepStreamAlive: _keep_alive,
    requests.EndStream: _end_stream,
}

_FRAMES: Mapping[str, Callable[[ClientRequest], Frame | None]] = {
    "simple": simple_frame,
    "json": json_frame,
    "protobuf": protobuf_frame,
}
