"""What a client of a test asks for, in protobuf. Specification: client-protocols section 8."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.clients import webpubsub_pb2 as pb


def _invoke(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.invoke_event_message.event = request["event"]
    message.invoke_event_message.invocation_id = request["invocationId"]
    message.invoke_event_message.metadata.update(request.get("metadata") or {})
    if "data" in request:
        _write_data(message.invoke_event_message.data, request["data"])


def _cancel(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.cancel_invocation_message.invocation_id = request["invocationId"]


def _stream_data(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    fragment = message.stream_data_message
    fragment.stream_id = request["streamId"]
    if "data" in request:
        fragment.stream_sequence_id = request["streamSequenceId"]
        _write_data(fragment.data, request["data"])


def _stream_end(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.stream_end_message.stream_id = request["streamId"]
    error = request.get("error")
    if error is not None:
        message.stream_end_message.error.SetInParent()
        if "message" in error:
            message.stream_end_message.error.message = error["message"]
        if "userErrorCode" in error:
            message.stream_end_message.error.user_error_code = error["userErrorCode"]


def _set_state(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.set_group_state_message.group = request["group"]
    if request.get("state") is not None:
        message.set_group_state_message.state.SetInParent()
        message.set_group_state_message.state.entries.update(request["state"])


def _watch(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.subscribe_group_state_message.group = request["group"]


def _unwatch(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.unsubscribe_group_state_message.group = request["group"]


def _event(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.event_message.event = request["event"]
    message.event_message.metadata.update(request.get("metadata") or {})
    if "data" in request:
        _write_data(message.event_message.data, request["data"])


def _join(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.join_group_message.group = request["group"]


def _leave(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.leave_group_message.group = request["group"]


def _send_to_group(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    sent = message.send_to_group_message
    sent.group = request["group"]
    sent.no_echo = bool(request.get("noEcho"))
    if "ttlSeconds" in request:
        sent.ttl_seconds = request["ttlSeconds"]
    stream = request.get("stream")
    if stream is not None:
        sent.stream.stream_id = stream["streamId"]
        if "idleTimeoutMs" in stream:
            sent.stream.idle_timeout_ms = stream["idleTimeoutMs"]
    sent.metadata.update(request.get("metadata") or {})
    if "data" in request:
        _write_data(sent.data, request["data"])


def _sequence_ack(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.sequence_ack_message.sequence_id = request["sequenceId"]


def _ping(message: pb.UpstreamMessage, _request: Mapping[str, Any]) -> None:
    message.ping_message.SetInParent()


#: How each request of the JSON protocol is written.
REQUESTS: Mapping[str, Callable[[pb.UpstreamMessage, Mapping[str, Any]], None]] = {
    "event": _event,
    "joinGroup": _join,
    "leaveGroup": _leave,
    "sendToGroup": _send_to_group,
    "sequenceAck": _sequence_ack,
    "ping": _ping,
    "invoke": _invoke,
    "cancelInvocation": _cancel,
    "streamData": _stream_data,
    "streamEnd": _stream_end,
    "setGroupState": _set_state,
    "subscribeGroupState": _watch,
    "unsubscribeGroupState": _unwatch,
}


def _write_data(target: pb.MessageData, data: object) -> None:
    if isinstance(data, bytes):
        target.binary_data = data
    elif isinstance(data, str):
        target.text_data = data
    else:
        target.json_data = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
