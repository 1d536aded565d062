"""What clients are told. Specification: client-protocols sections 3, 5, 7.2 and 8."""

from typing import Any

import pytest

from webpubsub.protocol.clients.codec import AckError, ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.protobuf import ProtobufCodec
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.protocol.messages import DataType, Delivery, Message, StreamInfo
from webpubsub.recording.received import Received, received

JSON, PROTOBUF = JsonCodec(), ProtobufCodec()
BOTH = pytest.mark.parametrize("codec", [JSON, PROTOBUF], ids=lambda codec: codec.name)


@BOTH
@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Message(DataType.TEXT, b"hi"), {"dataType": "text", "data": "hi"}),
        (Message(DataType.JSON, b'{"a":[1]}'), {"dataType": "json", "data": {"a": [1]}}),
        (Message(DataType.BINARY, b"\xff"), {"dataType": "binary", "data": "/w=="}),
        (Message(DataType.PROTOBUF, b"\x0a\x01x"), {"dataType": "protobuf", "data": "CgF4"}),
        (
            Message(DataType.TEXT, b"", {"k": "v"}),
            {"dataType": "text", "data": "", "metadata": {"k": "v"}},
        ),
    ],
)
def test_a_message(codec: ClientCodec, message: Message, expected: dict[str, Any]) -> None:
    """Its number apart, which reliable clients alone get."""
    [frame] = codec.encode_delivery(Delivery(message, "g"))
    expected = {"from": "group", "group": "g", **expected}
    assert received(frame, codec) == Received("message", expected)
    assert received(codec.with_sequence_id(frame, 7), codec) == Received("message", expected, 7)


@BOTH
def test_a_message_of_a_stream(codec: ClientCodec) -> None:
    """From the server, which has no group."""
    stream = StreamInfo(stream_id="s", sequence_id=3, ends=True)
    [frame] = codec.encode_delivery(Delivery(Message(DataType.TEXT, b"x"), stream=stream))
    value = received(frame, codec).value
    assert (value["from"], "group" in value) == ("server", False)
    assert (value["stream"]["streamId"], value["stream"]["endOfStream"]) == ("s", True)


@BOTH
def test_acks_and_system_messages(codec: ClientCodec) -> None:
    """Whatever number an ack has."""
    [good], [bad] = codec.encode_ack(0), codec.encode_ack(2**64 - 1, AckError("Forbidden", "no"))
    assert received(good, codec) == Received("ack", {"ackId": 0, "success": True})
    error = {"name": "Forbidden", "message": "no"}
    expected = {"ackId": 2**64 - 1, "success": False, "error": error}
    assert received(bad, codec) == Received("ack", expected)
    [frame] = codec.encode_connected("id", "u")
    connected = received(frame, codec)
    assert (connected.kind, connected.value["connectionId"]) == ("connected", "id")
    [frame] = codec.encode_disconnected("bye")
    assert received(frame, codec) == Received("disconnected", {"message": "bye"})
    [frame] = codec.encode_pong()
    assert received(frame, codec).kind not in ("message", "ack", "connected", "disconnected")


@BOTH
def test_what_is_no_frame_of_the_protocol_says_nothing(codec: ClientCodec) -> None:
    """A service elsewhere may be of another kind."""
    assert received(Frame(FrameKind.BINARY, b"\xff\xff"), codec) == Received("", None)


def test_a_simple_client_gets_payloads() -> None:
    """Text, or bytes."""
    codec = SimpleCodec()
    assert received(Frame(FrameKind.TEXT, b"hi"), codec) == Received("message", "hi")
    frame = Frame(FrameKind.BINARY, b"\xff")
    assert received(frame, codec) == Received("message", {"binary": "/w=="})
