"""The payload of a message in JSON. Specification: client-protocols section 4."""

import base64
import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from webpubsub.protocol.clients.json_payloads import (
    Payload,
    data_type,
    read_data,
    read_message,
    read_metadata,
    write_data,
)
from webpubsub.protocol.clients.request_fields import InvalidRequest
from webpubsub.protocol.messages import DataType, Message, PlainText

messages = st.one_of(
    st.builds(Message, st.just(DataType.TEXT), st.text().map(str.encode)),
    st.builds(Message, st.just(DataType.BINARY), st.binary()),
    st.builds(
        Message,
        st.just(DataType.JSON),
        st.dictionaries(st.text(), st.integers()).map(lambda one: json.dumps(one).encode()),
    ),
)


@given(messages)
def test_data_comes_back(message: Message) -> None:
    """What is written is read as the same message."""
    assert read_data(message.data_type.value, Raw(write_data(message)), None) == message


@given(st.text(min_size=1), st.integers(1, 2000), st.booleans())
def test_a_text_comes_back_however_it_is_written(text: str, times: int, ascii_only: bool) -> None:
    """Long or short, with escapes or as it is; what is handed on says the same."""
    text *= times
    message = read_data("text", Raw(json.dumps(text, ensure_ascii=ascii_only).encode()), None)
    assert (message.data_type, message.data) == (DataType.TEXT, text.encode())
    assert write_data(message) == msgspec.json.encode(text) == write_data(_through_bytes(message))


def _through_bytes(message: Message) -> Message:
    """As it comes to another process."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(message), type=Message)


@pytest.mark.parametrize(
    ("written", "is_plain"),
    [
        ('"%s"' % ("é" * 2000), True),
        ('"%s"' % ("a" * 2000 + "\\n"), False),
        ('"short"', False),
    ],
)
def test_a_long_text_without_escapes_is_handed_on_as_it_is(written: str, is_plain: bool) -> None:
    """It need not be encoded."""
    message = read_data("text", Raw(written.encode()), None)
    assert isinstance(message, PlainText) is is_plain
    assert write_data(message) == written.encode() == write_data(_through_bytes(message))


@pytest.mark.parametrize("name", ["json", "Text", "BINARY", "protobuf"])
def test_data_types(name: str) -> None:
    """Their letter case means nothing."""
    assert data_type(name) == name.lower()


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("xml", b"1"),
        ("", b"1"),
        ("json", b"null"),
        ("text", b"1"),
        ("text", b"1" * 2000),
        ("text", b"[%b]" % (b" " * 2000)),
        ("binary", b'"a"'),
        ("binary", b"1"),
        ("protobuf", b'"%b"' % base64.b64encode(b"\x0a")),
    ],
)
def test_data_that_does_not_fit(name: str, data: bytes) -> None:
    """Each data type has its form."""
    with pytest.raises((InvalidRequest, msgspec.DecodeError)):
        read_data(name, Raw(data), None)


@pytest.mark.parametrize(
    "raw", [b"[]", b"1", b'{"a":1}', b'{"a":"b","a":"c"}', b'{"":"x"}', b"1" * 5000]
)
def test_metadata_that_is_none(raw: bytes) -> None:
    """Metadata is an object of strings, each key once."""
    with pytest.raises(InvalidRequest):
        read_metadata(msgspec.Raw(raw))


def test_a_message_needs_data_or_metadata() -> None:
    """Metadata alone is an empty text; nothing at all is no message."""
    alone = Payload(metadata=msgspec.Raw(b'{"a":"b"}'))
    assert read_message(alone) == Message(DataType.TEXT, b"", {"a": "b"})
    with pytest.raises(InvalidRequest, match="neither data nor metadata"):
        read_message(Payload())
