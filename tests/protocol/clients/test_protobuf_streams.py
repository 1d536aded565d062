"""Streams in protobuf. Specification: client-protocols sections 8.1 and 9.3."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.codec import ClientProtocolError, Frame, FrameKind
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.requests import (
    ClientRequest,
    EndStream,
    KeepStreamAlive,
    StartStream,
    StreamFragment,
)
from webpubsub.protocol.messages import DataType, Delivery, Message, StreamError, StreamInfo

CODEC = ProtobufCodec()
TEXT: dict[str, Any] = {"text_data": "a"}
ID: dict[str, Any] = {"stream_id": "s"}
DATA = ID | {"stream_sequence_id": 1, "data": TEXT}
A = Message(DataType.TEXT, b"a")
LONG = "i" * 5000


def feed(**message: Any) -> ClientRequest:
    """The one request in a message."""
    payload = wire.UpstreamMessage(**message).SerializeToString()
    (request,) = CODEC.feed(Frame(FrameKind.BINARY, payload))
    return request


def start(**members: Any) -> dict[str, Any]:
    return {"send_to_group_message": {"group": "room", "stream": ID} | members}


def started(**members: Any) -> StartStream:
    return StartStream(**{"group": "room", "stream_id": "s"} | members)


@pytest.mark.parametrize(
    ("message", "request_"),
    [
        (start(), started()),
        (start(no_echo=True, ack_id=0, data={}), started(no_echo=True, ack_id=0)),
        (start(stream=ID | {"idle_timeout_ms": 5}), started(idle_timeout_ms=5)),
        # To be refused with a word, not with a close.
        (start(stream=ID | {"idle_timeout_ms": 0}), started(idle_timeout_ms=0)),
        (start(stream={"stream_id": LONG}), started(stream_id=LONG)),
        (start(data=TEXT), started(carries_message=True)),
        (start(metadata={"a": "b"}), started(carries_message=True)),
        (start(ttl_seconds=1), started(carries_message=True)),
        (start(ttl_seconds=0), started()),
        ({"stream_data_message": ID}, KeepStreamAlive(stream_id="s")),
        (
            {"stream_data_message": DATA},
            StreamFragment(stream_id="s", sequence_id=1, message=A),
        ),
        (
            {"stream_data_message": DATA | {"stream_sequence_id": 0}},
            StreamFragment(stream_id="s", sequence_id=0, message=A),
        ),
        (
            {"stream_data_message": DATA | {"stream_sequence_id": 2**64 - 1}},
            StreamFragment(stream_id="s", sequence_id=2**64 - 1, message=A),
        ),
        (
            {"stream_data_message": DATA | {"data": {"text_data": ""}}},
            StreamFragment(stream_id="s", sequence_id=1, message=Message(DataType.TEXT, b"")),
        ),
        ({"stream_end_message": ID}, EndStream(stream_id="s")),
        (
            {"stream_end_message": ID | {"error": {}}},
            EndStream(stream_id="s", error=StreamError("UserError", "")),
        ),
        (
            {"stream_end_message": ID | {"error": {"message": "m", "user_error_code": "E"}}},
            EndStream(stream_id="s", error=StreamError("UserError", "m", "E")),
        ),
    ],
)
def test_requests(message: dict[str, Any], request_: ClientRequest) -> None:
    """Every field, and what stands for its absence."""
    assert feed(**message) == request_


@pytest.mark.parametrize(
    "message",
    [
        start(stream={}),
        start(group=" "),
        start(ttl_seconds=301),
        {"stream_data_message": {}},
        {"stream_data_message": {"stream_sequence_id": 1, "data": TEXT}},
        {"stream_data_message": ID | {"stream_sequence_id": 1}},
        {"stream_data_message": ID | {"data": TEXT}},
        {"stream_data_message": ID | {"data": {}}},
        {"stream_data_message": DATA | {"data": {}}},
        {"stream_data_message": DATA | {"data": {"json_data": "{"}}},
        {"stream_end_message": {}},
        {"stream_end_message": {"error": {"message": "m"}}},
        # Fields that the schema has, and that nothing says the meaning of.
        {"event_message": {"event": "e", "data": TEXT, "stream": ID}},
        {"invoke_event_message": {"event": "e", "invocation_id": "1", "stream": ID}},
    ],
)
def test_what_is_no_request(message: dict[str, Any]) -> None:
    """Everything else ends the connection with 1007."""
    with pytest.raises(ClientProtocolError) as caught:
        feed(**message)
    assert caught.value.refusal.kind.close_code == 1007


@pytest.mark.parametrize(
    ("info", "expected"),
    [
        (
            StreamInfo(stream_id="s", sequence_id=1),
            wire.StreamInfo(stream_id="s", stream_sequence_id=1),
        ),
        (
            StreamInfo(stream_id="s", sequence_id=2, ends=True),
            wire.StreamInfo(stream_id="s", stream_sequence_id=2, end_of_stream=True),
        ),
        (
            StreamInfo(
                stream_id="s", sequence_id=2, ends=True, error=StreamError("Forbidden", "m")
            ),
            wire.StreamInfo(
                stream_id="s",
                stream_sequence_id=2,
                end_of_stream=True,
                error=wire.StreamInfo.StreamError(name="Forbidden", message="m"),
            ),
        ),
    ],
)
def test_deliveries(info: StreamInfo, expected: wire.StreamInfo) -> None:
    """A message of a group with one more field, and a sequence id if there is one; the end has an
    empty text."""
    delivery = Delivery(Message(DataType.TEXT, b""), "room", stream=info)
    (frame,) = CODEC.encode_delivery(delivery)
    for sequence_id, payload in ((0, frame.payload), (7, CODEC.with_sequence_id(frame, 7).payload)):
        message = wire.DownstreamMessage.FromString(payload).data_message
        assert message.stream == expected
        assert message.stream.HasField("end_of_stream") == info.ends
        assert message.data.WhichOneof("data") == "text_data"
        assert message.sequence_id == sequence_id


ids = st.text(min_size=1)
uint64s = st.integers(0, 2**64 - 1)


@given(ids, uint64s, st.binary(), st.text(), st.none() | st.text())
def test_streams_survive(
    stream_id: str, number: int, data: bytes, message: str, code: str | None
) -> None:
    """Whatever ids and texts hold, they are read as they were written, in both directions."""
    said = {"stream_id": stream_id, "stream_sequence_id": number, "data": {"binary_data": data}}
    sent = Message(DataType.BINARY, data)
    assert feed(stream_data_message=said) == StreamFragment(
        stream_id=stream_id, sequence_id=number, message=sent
    )
    error = {"message": message, "user_error_code": code}
    ended = feed(stream_end_message={"stream_id": stream_id, "error": error})
    assert isinstance(ended, EndStream)
    info = StreamInfo(stream_id=stream_id, sequence_id=number, ends=True, error=ended.error)
    (frame,) = CODEC.encode_delivery(Delivery(sent, "room", stream=info))
    seen = wire.DownstreamMessage.FromString(frame.payload).data_message
    assert seen.data.binary_data == data
    assert seen.stream == wire.StreamInfo(
        stream_id=stream_id,
        stream_sequence_id=number,
        end_of_stream=True,
        error=wire.StreamInfo.StreamError(
            name="UserError", message=message, user_error_code=code or ""
        ),
    )
