"""What clients are told, read from the frames that they get.

A reliable client has to know the number of what it got; and a service elsewhere shows no more of
what it does than this. Specification: client-protocols sections 3, 5, 7.2 and 8.
"""

import base64
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import DecodeError

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.protobuf_payloads import read_data
from webpubsub.recording.plain import plain

MESSAGE, ACK, CONNECTED, DISCONNECTED, OTHER = "message", "ack", "connected", "disconnected", ""


class Received(msgspec.Struct, frozen=True):
    """``kind`` is one of the above; ``value`` is all that was said, but for the number of a
    message, which is ``sequence_id``."""

    kind: str
    value: Any
    sequence_id: int | None = None


_Members: TypeAlias = dict[str, Any]
_NOTHING = Received(OTHER, None)


def received(frame: Frame, codec: ClientCodec) -> Received:
    """What a frame says to a client of this protocol."""
    return _READERS[codec.name](frame)


def _simple(frame: Frame) -> Received:
    if frame.kind is FrameKind.TEXT:
        return Received(MESSAGE, frame.payload.decode(errors="replace"))
    return Received(MESSAGE, {"binary": base64.b64encode(frame.payload).decode()})


def _json(frame: Frame) -> Received:
    try:
        members = msgspec.json.decode(frame.payload, type=_Members)
    except msgspec.DecodeError:
        return _NOTHING
    kind = members.pop("type", OTHER)
    if kind == "system":
        kind = members.pop("event", OTHER)
    number = members.pop("sequenceId", None)
    said = {name: value for name, value in members.items() if value is not None}
    return Received(kind, said, number if isinstance(number, int) else None)


def _protobuf(frame: Frame) -> Received:
    try:
        told = wire.DownstreamMessage.FromString(frame.payload)
    except DecodeError:
        return _NOTHING
    kind = told.WhichOneof("message")
    if kind == "data_message":
        number = (
            told.data_message.sequence_id if told.data_message.HasField("sequence_id") else None
        )
        return Received(MESSAGE, _data_members(told.data_message), number)
    if kind == "ack_message":
        return Received(ACK, _ack_members(told.ack_message))
    if kind == "system_message":
        return _system(told.system_message)
    return _NOTHING


def _data_members(told: wire.DataMessage) -> _Members:
    message = read_data(told.data, dict(told.metadata))
    made: _Members = {"from": getattr(told, "from"), **({} if message is None else plain(message))}
    if told.HasField("group"):
        made["group"] = told.group
    return {**made, "stream": MessageToDict(told.stream)} if told.HasField("stream") else made


def _ack_members(told: wire.AckMessage) -> _Members:
    made: _Members = {"ackId": told.ack_id, "success": told.success}
    if told.HasField("error"):
        made["error"] = {"name": told.error.name, "message": told.error.message}
    return made


def _system(told: wire.SystemMessage) -> Received:
    if told.WhichOneof("message") == "connected_message":
        return Received(CONNECTED, MessageToDict(told.connected_message))
    return Received(DISCONNECTED, {"message": told.disconnected_message.reason})


_READERS: Mapping[str, Callable[[Frame], Received]] = {
    "simple": _simple,
    "json": _json,
    "protobuf": _protobuf,
}
