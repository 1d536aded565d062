"""The words of filters. Specification: rest-api section 9.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.filters.errors import FilterError
from webpubsub.protocol.filters.tokens import TokenKind, tokens

TEXTS: tuple[tuple[str, list[str]], ...] = (
    ("", []),
    (" \t\n ", []),
    ("userId eq 'it''s'", ["userId", "eq", "'it''s'"]),
    ("a( 1,-2 ,+3)", ["a", "(", "1", ",", "-2", ",", "+3", ")"]),
    ("1-2", ["1", "-2"]),
    ("_a1", ["_a1"]),
    ("''", ["''"]),
)


@pytest.mark.parametrize(("text", "words"), TEXTS)
def test_words(text: str, words: list[str]) -> None:
    """Where one word ends and another one begins; after the last one there is an end."""
    *found, end = tokens(text)
    assert [token.text for token in found] == words
    assert (end.kind, end.start) == (TokenKind.END, len(text))


@given(st.text() | st.text("aA1'(), +-.é\n"))
def test_every_text_is_read_or_refused(text: str) -> None:
    """The words stand in the text where they say, and between them is nothing but white space."""
    try:
        found = list(tokens(text))
    except FilterError:
        return
    rest = list(text)
    for token in found:
        assert text[token.start : token.end] == token.text
        rest[token.start : token.end] = " " * (token.end - token.start)
    assert "".join(rest).strip() == ""
