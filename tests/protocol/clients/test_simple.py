"""Simple clients. Specification: client-protocols sections 3.1 and 9.3."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients.codec import AckError, Frame, FrameKind
from webpubsub.protocol.clients.requests import SendEvent
from webpubsub.protocol.clients.simple import SimpleCodec
from webpubsub.protocol.messages import DataType, Delivery, Message, StreamInfo

CODEC = SimpleCodec()


@given(st.binary())
def test_every_message_is_the_event_message(payload: bytes) -> None:
    """Text stays text and bytes stay bytes, whatever they hold."""
    for kind, data_type in ((FrameKind.TEXT, DataType.TEXT), (FrameKind.BINARY, DataType.BINARY)):
        expected = SendEvent(event="message", message=Message(data_type, payload))
        assert [*CODEC.feed(Frame(kind, payload))] == [expected]


@pytest.mark.parametrize(
    ("data_type", "data", "kind"),
    [
        (DataType.TEXT, "Hällo".encode(), FrameKind.TEXT),
        (DataType.TEXT, b"", FrameKind.TEXT),
        (DataType.JSON, b' {"a" :  1} ', FrameKind.TEXT),
        (DataType.JSON, b'"quoted"', FrameKind.TEXT),
        (DataType.BINARY, b"\x00\xff", FrameKind.BINARY),
        (DataType.PROTOBUF, b"\x0a\x01a", FrameKind.BINARY),
    ],
)
@pytest.mark.parametrize("group", [None, "room"])
@pytest.mark.parametrize("metadata", [None, {"a": "b"}])
def test_deliveries_are_the_payload_alone(
    data_type: DataType,
    data: bytes,
    kind: FrameKind,
    group: str | None,
    metadata: dict[str, str] | None,
) -> None:
    """Exactly the bytes that were sent; metadata and origin are dropped."""
    delivery = Delivery(Message(data_type, data, metadata), group, "alice")
    assert [*CODEC.encode_delivery(delivery)] == [Frame(kind, data)]


def test_streams() -> None:
    """A fragment is its payload; the end of a stream is nothing."""
    word, nothing = Message(DataType.TEXT, b"hi"), Message(DataType.TEXT, b"")
    fragment = Delivery(word, "room", stream=StreamInfo(stream_id="s", sequence_id=1))
    assert [*CODEC.encode_delivery(fragment)] == [Frame(FrameKind.TEXT, b"hi")]
    end = Delivery(nothing, "room", stream=StreamInfo(stream_id="s", sequence_id=2, ends=True))
    assert [*CODEC.encode_delivery(end)] == []


def test_there_is_no_place_for_a_sequence_id() -> None:
    """Nothing stands around the payload of a simple client."""
    frame = Frame(FrameKind.TEXT, b"hi")
    assert CODEC.with_sequence_id(frame, 7) == frame
    assert CODEC.around_sequence_id(frame) is None


def test_there_are_no_other_messages() -> None:
    """A simple client is told nothing about its connection or its requests."""
    assert not CODEC.encode_connected("c1", "alice")
    assert not CODEC.encode_connected("c1", "alice", "token")
    assert not CODEC.encode_disconnected("Bye")
    assert not CODEC.encode_ack(1)
    assert not CODEC.encode_ack(1, AckError("Forbidden", "no"))
    assert not CODEC.encode_pong()
