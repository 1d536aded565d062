"""How a client of a test speaks protobuf. Specification: client-protocols section 8."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from webpubsub.protocol.clients import webpubsub_pb2 as pb
from webpubsub.testing.dialects import Payload, UnknownRequest
from webpubsub.testing.messages import Message


class ProtobufDialect:
    """``protobuf.webpubsub.azure.v1``, reliable or not."""

    acknowledges = True

    def encode(self, request: Mapping[str, Any]) -> Payload:
        """One UpstreamMessage. Raises UnknownRequest."""
        kind = request["type"]
        if kind not in _REQUESTS:
            raise UnknownRequest(f"a protobuf client of a test cannot send '{kind}'.")
        message = pb.UpstreamMessage()
        _REQUESTS[kind](message, request)
        if request.get("ackId") is not None:
            getattr(message, message.WhichOneof("message") or "").ack_id = request["ackId"]
        return message.SerializeToString()

    def decode(self, payload: Payload) -> Message:
        """One DownstreamMessage, in the members of the JSON protocol."""
        message = pb.DownstreamMessage()
        message.ParseFromString(payload if isinstance(payload, bytes) else payload.encode())
        kind = message.WhichOneof("message") or ""
        read = _ANSWERS.get(kind)
        return Message(read(message) if read else {"type": kind.removesuffix("_message")})


def _event(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.event_message.event = request["event"]
    _write_data(message.event_message.data, request["data"])


def _join(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.join_group_message.group = request["group"]


def _leave(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.leave_group_message.group = request["group"]


def _send_to_group(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    sent = message.send_to_group_message
    sent.group = request["group"]
    sent.no_echo = bool(request.get("noEcho"))
    _write_data(sent.data, request["data"])


def _sequence_ack(message: pb.UpstreamMessage, request: Mapping[str, Any]) -> None:
    message.sequence_ack_message.sequence_id = request["sequenceId"]


def _ping(message: pb.UpstreamMessage, _request: Mapping[str, Any]) -> None:
    message.ping_message.SetInParent()


_REQUESTS: Mapping[str, Callable[[pb.UpstreamMessage, Mapping[str, Any]], None]] = {
    "event": _event,
    "joinGroup": _join,
    "leaveGroup": _leave,
    "sendToGroup": _send_to_group,
    "sequenceAck": _sequence_ack,
    "ping": _ping,
}


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
    return fields | _read_data(message.data_message.data)


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


_ANSWERS: Mapping[str, Callable[[pb.DownstreamMessage], dict[str, Any]]] = {
    "ack_message": _ack,
    "data_message": _data,
    "system_message": _system,
    "pong_message": _pong,
}


def _write_data(target: pb.MessageData, data: object) -> None:
    if isinstance(data, bytes):
        target.binary_data = data
    elif isinstance(data, str):
        target.text_data = data
    else:
        target.json_data = json.dumps(data, ensure_ascii=False, separators=(",", ":"))


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
