"""The data of responses and actions."""

import base64
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.messages import DataType
from webpubsub.protocol.payloads import payload_members

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("data", "data_type", "members"),
    [
        ("hi", None, {"data": "hi", "dataType": "text"}),
        ("hi", DataType.TEXT, {"data": "hi", "dataType": "text"}),
        (b"hi", "text", {"data": "hi", "dataType": "text"}),
        ('{"a": 1}', "json", {"data": '{"a": 1}', "dataType": "json"}),
        (b"[1]", "json", {"data": "[1]", "dataType": "json"}),
        ({"a": [1, None]}, None, {"data": '{"a":[1,null]}', "dataType": "json"}),
        (None, "json", {"data": "null", "dataType": "json"}),
        (True, None, {"data": "true", "dataType": "json"}),
        (b"\x00\xff", None, {"data": {"type": "Buffer", "data": "AP8="}, "dataType": "binary"}),
        (bytearray(b"a"), None, {"data": {"type": "Buffer", "data": "YQ=="}, "dataType": "binary"}),
        (memoryview(b""), "binary", {"data": {"type": "Buffer", "data": ""}, "dataType": "binary"}),
    ],
)
def test_data_is_written_as_the_binding_reads_it(
    data: Any, data_type: Any, members: dict[str, Any]
) -> None:
    """Text as it is, JSON as text, bytes as a Buffer object."""
    assert payload_members("X", data, data_type) == members
    assert type(payload_members("X", data, data_type)["dataType"]) is str


@pytest.mark.parametrize(
    ("data", "data_type", "error", "text"),
    [
        ("hi", "txt", ValueError, "data_type must be 'text', 'json' or 'binary', not 'txt'. Did"),
        ("hi", DataType.PROTOBUF, ValueError, "data_type must be"),
        ({}, "text", TypeError, "text data must be a str, not dict; pass data_type='json'"),
        (None, "text", TypeError, "not None"),
        (b"\xff", "text", ValueError, "must be UTF-8 ('utf-8' codec can't decode byte 0xff"),
        (b"\xff", "text", ValueError, "leave data_type out to send them as binary"),
        ("\ud800", None, ValueError, "X: data holds half of a surrogate pair"),
        ("\ud800", "json", ValueError, "X: data holds half of a surrogate pair"),
        ({"a": "\ud800"}, None, ValueError, "X: data holds half of a surrogate pair"),
        ("hello", "json", ValueError, "must be JSON text already; pass the value itself"),
        (object(), None, TypeError, "data cannot be written as JSON"),
        ("hi", "binary", TypeError, "binary data must be bytes, not str; use data.encode()."),
        ([1], "binary", TypeError, "binary data must be bytes, not list; pass data_type='json'."),
    ],
)
def test_data_that_does_not_fit_is_refused_with_the_way_to_mend_it(
    data: Any, data_type: Any, error: type[Exception], text: str
) -> None:
    """The error names who complains, what was seen and what to write instead."""
    with pytest.raises(error) as caught:
        payload_members("X", data, data_type)
    assert text in str(caught.value)


@given(json_values.filter(lambda value: not isinstance(value, str)))
def test_json_values_survive(value: Any) -> None:
    """What is written as JSON reads back as the same value."""
    assert msgspec.json.decode(payload_members("X", value, None)["data"]) == value


@given(st.binary())
def test_bytes_survive(data: bytes) -> None:
    """A Buffer holds the bytes in base64, which never looks like a GUID."""
    text = payload_members("X", data, None)["data"]["data"]
    assert base64.b64decode(text, validate=True) == data
    assert "-" not in text
