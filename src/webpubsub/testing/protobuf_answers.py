"""What a client of a test is told, from protobuf. Specification: client-protocols section 8."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.clients import webpubsub_pb2 as pb


def _ack(message: pb.DownstreamMessage) -> dict[str, Any]:
    ack = message.ack_message
    fields: dict[str, Any] = {"type": "ack", "ackId": ack.ack_id, "success": ack.success}
    if ack.HasField("error"):
        fields["error"] = {"name": ack.error.name, "message": ack.error.message}
    return fields


def _data(message: pb.DownstreamMessage) -> dict[str, Any]:
    said = getattr(message.data_message, "from")
    fields: dict[str, Any] = {"type": "message", "from": said}
    if message.data_message.HasField("group"):
        fields["group"] = message.data_message.group
    if message.data_message.HasField("sequence_id"):
        fields["sequenceId"] = message.data_message.sequence_id
    if message.data_message.HasField("stream"):
        fields["stream"] = _stream(message.data_message.stream)
    if message.data_message.metadata:
        fields["metadata"] = dict(message.data_message.metadata)
    return fields | _read_data(message.data_message.data)


def _stream(info: pb.StreamInfo) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "streamId": info.stream_id,
        "streamSequenceId": info.stream_sequence_id,
    }
    if info.end_of_stream:
        fields["endOfStream"] = True
    if info.HasField("error"):
        named = {"name": info.error.name, "message": info.error.message}
        code = info.error.user_error_code
        fields["error"] = {**named, **({"userErrorCode": code} if code else {})}
    return fields


def _response(message: pb.DownstreamMessage) -> dict[str, Any]:
    response = message.invoke_response_message
    fields = {
        "type": "invokeResponse",
        "invocationId": response.invocation_id,
        "success": response.success,
    }
    if response.HasField("error"):
        fields["error"] = {"name": response.error.name, "message": response.error.message}
    return fields | _read_data(response.data)


def _stream_ack(message: pb.DownstreamMessage) -> dict[str, Any]:
    ack = message.stream_ack_message
    return {
        "type": "streamAck",
        "streamId": ack.stream_id,
        "expectedSequenceId": ack.expected_sequence_id,
    }


def _stream_nack(message: pb.DownstreamMessage) -> dict[str, Any]:
    nack = message.stream_nack_message
    return {
        "type": "streamNack",
        "streamId": nack.stream_id,
        "name": nack.name,
        "message": nack.message,
        "expectedSequenceId": nack.expected_sequence_id,
    }


def _stream_closed(message: pb.DownstreamMessage) -> dict[str, Any]:
    closed = message.stream_closed_message
    fields: dict[str, Any] = {"type": "streamClosed", "streamId": closed.stream_id}
    if closed.HasField("error"):
        fields["error"] = {"name": closed.error.name, "message": closed.error.message}
    return fields


def _snapshot(message: pb.DownstreamMessage) -> dict[str, Any]:
    return {"type": "groupStateSnapshot", **_states(message.group_state_snapshot_message)}


def _update(message: pb.DownstreamMessage) -> dict[str, Any]:
    return {"type": "groupStateUpdate", **_states(message.group_state_update_message)}


def _states(
    states: pb.GroupStateMessage,
) -> dict[str, Any]:
    items = [_state(item) for item in states.items]
    fields: dict[str, Any] = {"group": states.group, "items": items}
    if states.HasField("sequence_id"):
        fields["sequenceId"] = states.sequence_id
    return fields


def _state(item: pb.GroupStateItem) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "connectionId": item.connection_id,
        "userId": item.user_id if item.HasField("user_id") else None,
        "updatedAt": item.updated_at,
    }
    if item.HasField("state"):
        fields["state"] = dict(item.state.entries)
    return fields


def _system(message: pb.DownstreamMessage) -> dict[str, Any]:
    if message.system_message.HasField("disconnected_message"):
        reason = message.system_message.disconnected_message.reason
        return {"type": "system", "event": "disconnected", "message": reason}
    connected = message.system_message.connected_message
    fields = {
        "type": "system",
        "event": "connected",
        "connectionId": connected.connection_id,
        "userId": connected.user_id or None,
    }
    if connected.HasField("reconnection_token"):
        fields["reconnectionToken"] = connected.reconnection_token
    return fields


def _pong(_message: pb.DownstreamMessage) -> dict[str, Any]:
    return {"type": "pong"}


#: How each answer is read, in the members of the JSON protocol.
ANSWERS: Mapping[str, Callable[[pb.DownstreamMessage], dict[str, Any]]] = {
    "ack_message": _ack,
    "data_message": _data,
    "system_message": _system,
    "pong_message": _pong,
    "invoke_response_message": _response,
    "stream_ack_message": _stream_ack,
    "stream_nack_message": _stream_nack,
    "stream_closed_message": _stream_closed,
    "group_state_snapshot_message": _snapshot,
    "group_state_update_message": _update,
}


def _read_data(data: pb.MessageData) -> dict[str, Any]:
    match data.WhichOneof("data"):
        case "text_data":
            return {"dataType": "text", "data": data.text_data}
        case "binary_data":
            return {"dataType": "binary", "data": data.binary_data}
        case "json_data":
            return {"dataType": "json", "data": json.loads(data.json_data)}
        case "protobuf_data":
            return {"dataType": "protobuf", "data": data.protobuf_data.SerializeToString()}
    return {}
