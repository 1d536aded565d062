"""Comments in JSON."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.json_comments import without_comments, without_last_commas

_JSON: st.SearchStrategy[Any] = st.recursive(
    st.text() | st.integers() | st.none(),
    lambda inner: st.dictionaries(st.text(), inner) | st.lists(inner),
)


@given(_JSON)
def test_text_without_comments_is_left_alone(value: Any) -> None:
    """Whatever its strings hold."""
    text = json.dumps(value, ensure_ascii=False, indent=1)
    assert without_comments(text) == text
    assert without_last_commas(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1} // end', '{"a": 1}       '),
        ("[1, /* x\n */ 2]", "[1,     \n    2]"),
        ('{"u": "http://x/*y*/"}', '{"u": "http://x/*y*/"}'),
    ],
)
def test_comments_become_blanks(text: str, expected: str) -> None:
    """As many as they had characters, so that every other character stays where it was."""
    assert without_comments(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[1, 2,]", "[1, 2 ]"),
        ('{"a": 1,\n}', '{"a": 1 \n}'),
        ('[",]", 1]', '[",]", 1]'),
        ("[1, 2]", "[1, 2]"),
    ],
)
def test_a_comma_behind_the_last_item_becomes_a_blank(text: str, expected: str) -> None:
    """Other commas, and those in strings, stay."""
    assert without_last_commas(text) == expected
