"""What the bindings accept in JSON: words, data types, Buffers.

Specification: bindings sections 5.4, 8.3 and 8.4.
"""

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol import binding_json
from webpubsub.protocol.messages import DataType

GUID = "00112233-4455-6677-8899-aabbccddeeff"
GUID_BYTES = bytes.fromhex("33221100554477668899aabbccddeeff")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("text", DataType.TEXT),
        ("JSON", DataType.JSON),
        ("Binary", DataType.BINARY),
        (0, DataType.BINARY),
        (1, DataType.JSON),
        ("2", DataType.TEXT),
    ],
)
def test_a_data_type_is_a_word_or_a_number(value: Any, expected: DataType) -> None:
    """Words match in any letter case, and numbers are those of the official enumeration."""
    assert binding_json.data_type(value) is expected


@pytest.mark.parametrize("value", ["protobuf", "", 3, -1, 1.0, True, None, [], {}, "9" * 50])
def test_no_other_data_type(value: Any) -> None:
    """Whatever is not one of the three data types is refused, and they are named."""
    with pytest.raises(ValueError, match="must be 'binary', 'json' or 'text', not"):
        binding_json.data_type(value)


def test_a_misspelled_word_brings_a_suggestion() -> None:
    """The word that was probably meant is in the error."""
    with pytest.raises(ValueError, match=r"Did you mean 'json'\?"):
        binding_json.data_type("jsn")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ([104, 105], b"hi"),
        ([], b""),
        ("aGk=", b"hi"),
        ("aG k=\r\n", b"hi"),
        ("", b""),
        (GUID, GUID_BYTES),
        (GUID.upper(), GUID_BYTES),
        ("AABBCCDD-0000-0000-0000-000000000000", b"\xdd\xcc\xbb\xaa" + bytes(12)),
    ],
)
@pytest.mark.parametrize("kind", ["Buffer", "buffer", "chat", 7, None])
def test_an_object_with_a_type_is_a_buffer(kind: Any, content: Any, expected: bytes) -> None:
    """Numbers, base64 and GUIDs are bytes, whatever the type is called."""
    assert binding_json.buffer_bytes({"type": kind, "data": content}) == expected


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ({"type": "chat", "text": "hi"}, "is read as a Buffer"),
        ({"type": "Buffer", "data": None}, "needs 'data'"),
        ({"type": "Buffer", "data": [256]}, "from 0 to 255"),
        ({"type": "Buffer", "data": [-1]}, "from 0 to 255"),
        ({"type": "Buffer", "data": [True]}, "from 0 to 255"),
        ({"type": "Buffer", "data": f"{GUID}00"}, "is not base64"),
        ({"type": "Buffer", "data": "a"}, "is not base64"),
        ({"type": "Buffer", "data": "é"}, "is not base64"),
        ({"type": "Buffer", "data": "aGk"}, "is not base64"),
        ({"type": "Buffer", "data": "aG!k="}, "is not base64"),
        ({"text": "hi"}, "must be a string, not an object"),
        ([1], "must be a string, not an array"),
        (5, "must be a string, not 5"),
        (True, "must be a string, not true"),
        (None, "must be a string, not null"),
    ],
)
def test_what_is_no_buffer(value: Any, words: str) -> None:
    """The error says how the value was read and how to send it."""
    with pytest.raises(ValueError, match=words):
        binding_json.buffer_bytes(value)


@given(st.binary())
def test_both_spellings_of_a_buffer_are_the_same_bytes(data: bytes) -> None:
    """Base64 and a list of numbers give back the bytes they were made from."""
    for content in (base64.b64encode(data).decode(), list(data)):
        assert binding_json.buffer_bytes({"type": "Buffer", "data": content}) == data


@given(st.text())
def test_a_text_message_is_its_utf8(text: str) -> None:
    """Text goes out verbatim."""
    assert binding_json.message(DataType.TEXT, text).data == text.encode()


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_json_message_is_the_text_as_it_was_written(value: Any) -> None:
    """JSON text is checked and never written anew."""
    text = json.dumps(value, indent=1)
    assert binding_json.message(DataType.JSON, text).data == text.encode()


@pytest.mark.parametrize("data", ["hello", "", "{", {"type": "Buffer", "data": "aGk="}])
def test_what_is_marked_as_json_must_be_json(data: Any) -> None:
    """The service refuses such a message, so it is refused before it is sent."""
    with pytest.raises(ValueError, match="is marked as JSON and is not JSON text"):
        binding_json.message(DataType.JSON, data)


def test_half_a_surrogate_pair_cannot_be_sent() -> None:
    """A str that has no UTF-8 is an error with a reason."""
    with pytest.raises(ValueError, match="surrogate"):
        binding_json.message(DataType.TEXT, "\ud800")


@pytest.mark.parametrize("text", ["[" * 100_000, "", "nope", b"\xff", "\ud800"], ids=ascii)
def test_parse_raises_value_errors_only(text: str | bytes) -> None:
    """Depth and encoding are errors like any other."""
    with pytest.raises(ValueError, match=r"^is "):
        binding_json.parse(text)


def test_long_values_are_cut_in_errors() -> None:
    """An error does not repeat a payload."""
    assert len(binding_json.shown("x" * 10_000)) < 80
