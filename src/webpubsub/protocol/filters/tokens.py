"""The words of a filter. Specification: rest-api section 9.2."""

import re
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from webpubsub.protocol.filters.errors import FilterError, clipped


class TokenKind(StrEnum):
    """What a word is."""

    STRING = "string"
    INTEGER = "integer"
    WORD = "word"
    MARK = "mark"
    END = "end"


class Token(msgspec.Struct, frozen=True):
    """One word: its text as written, and from where to where in the filter it stands."""

    kind: TokenKind
    text: str
    start: int
    end: int


# An integer ends where no name and no fraction goes on, so that neither `5a` nor `1.5` is one.
_TOKEN = re.compile(
    r"\s*(?:"
    r"(?P<string>'(?:[^']|'')*')"
    r"|(?P<integer>[+-]?[0-9]+(?![\w.]))"
    r"|(?P<word>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<mark>[(),])"
    r"|(?P<end>\Z)"
    r")"
)


def tokens(text: str) -> Iterator[Token]:
    """The words of a filter, and an end. Raises FilterError where there is none."""
    position = 0
    while True:
        match = _TOKEN.match(text, position)
        if match is None:
            raise _unreadable(text, position)
        kind = TokenKind(match.lastgroup or "end")
        start, position = match.span(kind.value)
        yield Token(kind, match[kind.value], start, position)
        if kind is TokenKind.END:
            return


def _unreadable(text: str, position: int) -> FilterError:
    rest = text[position:].lstrip()
    at = len(text) - len(rest)
    if rest.startswith("'"):
        return FilterError(text, f"The string that begins at position {at} has no end.")
    word = re.match(r"[+-]?[\w.]+|.", rest, re.DOTALL)
    seen = clipped(word[0]) if word else ""
    return FilterError(text, f"Token '{seen}' at position {at} is not supported.")
