"""The payload of a message in protobuf. Specification: client-protocols section 4."""

import pytest
from google.protobuf import any_pb2
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.protocol.clients.protobuf_payloads import (
    read_data,
    read_message,
    read_metadata,
    write_data,
)
from webpubsub.protocol.clients.request_fields import InvalidRequest
from webpubsub.protocol.messages import DataType, Message

ANY = any_pb2.Any(type_url="type.googleapis.com/a.B", value=b"\x08\x01").SerializeToString()
messages = st.one_of(
    st.builds(Message, st.just(DataType.TEXT), st.text().map(str.encode)),
    st.builds(Message, st.just(DataType.BINARY), st.binary()),
    st.builds(Message, st.just(DataType.JSON), st.integers().map(lambda one: b"%d" % one)),
    st.just(Message(DataType.PROTOBUF, ANY)),
)


@given(messages)
def test_data_comes_back(message: Message) -> None:
    """What is written is read as the same message."""
    assert read_data(write_data(message), None) == message


def test_bytes_that_are_no_any() -> None:
    """They go out as binary data, which every client can read."""
    assert write_data(Message(DataType.PROTOBUF, b"\x0a")) == wire.MessageData(binary_data=b"\x0a")


def test_a_message_needs_data_or_metadata() -> None:
    """Metadata alone is an empty text; nothing at all is no message."""
    alone = wire.EventMessage(metadata={"a": "b"})
    assert read_message(alone) == Message(DataType.TEXT, b"", {"a": "b"})
    with pytest.raises(InvalidRequest, match="neither data nor metadata"):
        read_message(wire.EventMessage())


def test_metadata() -> None:
    """None is the same as no entries, and keys are tokens."""
    assert read_metadata({}) is None
    assert read_metadata({"a": "b"}) == {"a": "b"}
    with pytest.raises(InvalidRequest):
        read_metadata({"a b": ""})
