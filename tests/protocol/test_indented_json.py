"""The layout and the escapes of the Functions host's JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.indented_json import Json, RawText, indented

VALUES = st.recursive(
    st.text(st.characters(exclude_categories=["Cs"])) | st.none(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        ("a", '"a"'),
        ({}, "{}"),
        ([], "[]"),
        ((), "[]"),
        ({"a": []}, '{\n  "a": []\n}'),
        ({"a": ["b", "c"]}, '{\n  "a": [\n    "b",\n    "c"\n  ]\n}'),
        ({"a": {"b": None}, "c": "d"}, '{\n  "a": {\n    "b": null\n  },\n  "c": "d"\n}'),
        ({"a": RawText('{"b":1}')}, '{\n  "a": {"b":1}\n}'),
        ('"\\/', '"\\"\\\\/"'),
        ("\b\f\n\r\t\x00\x1f\x7f", '"\\b\\f\\n\\r\\t\\u0000\\u001f\x7f"'),
        ("\x85\u2028\u2029", '"\\u0085\\u2028\\u2029"'),
        ("é😀<&'", '"é😀<&\'"'),
    ],
)
def test_layout(value: Json, text: str) -> None:
    """Two spaces a level, empty brackets closed, and only the host's own escapes."""
    assert indented(value) == text


@given(VALUES)
def test_any_value_is_written_as_json(value: Json) -> None:
    """A JSON parser reads back what was written."""
    assert json.loads(indented(value)) == value
