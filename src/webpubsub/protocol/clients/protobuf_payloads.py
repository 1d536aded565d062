"""What several protobuf messages hold: ``MessageData``, metadata and ack ids.

Specification: client-protocols sections 4 and 8.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from google.protobuf import any_pb2
from google.protobuf.message import DecodeError

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.request_fields import InvalidRequest, json_data, message_metadata
from webpubsub.protocol.messages import DataType, Message

WithAckId: TypeAlias = (
    wire.JoinGroupMessage
    | wire.LeaveGroupMessage
    | wire.SendToGroupMessage
    | wire.EventMessage
    | wire.SetGroupStateMessage
    | wire.SubscribeGroupStateMessage
    | wire.UnsubscribeGroupStateMessage
)


def read_ack_id(wanted: WithAckId) -> int | None:
    """The ack id of a request; 0 is one like any other."""
    return wanted.ack_id if wanted.HasField("ack_id") else None


def read_message(wanted: wire.SendToGroupMessage | wire.EventMessage) -> Message:
    """The message in a request, which needs data or metadata. Raises InvalidRequest."""
    metadata = read_metadata(wanted.metadata)
    message = read_data(wanted.data, metadata)
    if message is not None:
        return message
    if metadata is None:
        raise InvalidRequest("neither data nor metadata")
    return Message(DataType.TEXT, b"", metadata)


def read_metadata(metadata: Mapping[str, str]) -> Mapping[str, str] | None:
    """The metadata of a message, None when there is none. Raises InvalidRequest."""
    return message_metadata(dict(metadata)) or None


def read_data(data: wire.MessageData, metadata: Mapping[str, str] | None) -> Message | None:
    """The message of some data, or None when no data is set. Raises InvalidRequest."""
    kind = data.WhichOneof("data")
    if kind is None:
        return None
    data_type, read = _DATA_READERS[kind]
    return Message(data_type, read(data), metadata)


def write_data(message: Message) -> wire.MessageData:
    """The data of a message."""
    return _DATA_WRITERS[message.data_type](message.data)


_DATA_READERS: Mapping[str, tuple[DataType, Callable[[wire.MessageData], bytes]]] = {
    "text_data": (DataType.TEXT, lambda data: data.text_data.encode()),
    "json_data": (DataType.JSON, lambda data: json_data(data.json_data)),
    "binary_data": (DataType.BINARY, lambda data: data.binary_data),
    "protobuf_data": (DataType.PROTOBUF, lambda data: data.protobuf_data.SerializeToString()),
}


def _any_data(data: bytes) -> wire.MessageData:
    try:
        return wire.MessageData(protobuf_data=any_pb2.Any.FromString(data))
    except DecodeError:
        # An application may answer with any bytes; in a frame as an Any, they would be a frame that
        # no client can read.
        return wire.MessageData(binary_data=data)


_DATA_WRITERS: Mapping[DataType, Callable[[bytes], wire.MessageData]] = {
    DataType.TEXT: lambda data: wire.MessageData(text_data=data.decode(errors="replace")),
    DataType.JSON: lambda data: wire.MessageData(json_data=data.decode(errors="replace")),
    DataType.BINARY: lambda data: wire.MessageData(binary_data=data),
    DataType.PROTOBUF: _any_data,
}
