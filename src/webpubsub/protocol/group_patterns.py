"""The wildcard patterns of roles such as ``webpubsub.sendToGroups.room-*``.

A pattern is a sequence of tokens, and matching walks the set of tokens that could come next, one
character at a time. That takes time proportional to name times pattern whatever both are, which a
regular expression with five wildcards does not. Specification: client-protocols section 6.2.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from webpubsub.protocol.names import MAX_GROUP_LENGTH, utf16_length

MAX_WILDCARDS = 5

_TOKENS = re.compile(r"\\([*?\\])|(\*+)|(\?)|([^\\])", re.DOTALL)


class Wildcard(Enum):
    """A token that is not a character."""

    ONE = "one character except the dot"
    RUN = "any number of characters except the dot"
    ANYTHING = "any number of any characters"


Token: TypeAlias = str | Wildcard


class PatternError(ValueError):
    """A pattern cannot be used; the text says why."""


@lru_cache(maxsize=1024)
def parse_pattern(pattern: str) -> tuple[Token, ...]:
    """The tokens of a pattern. Raises PatternError."""
    if not 0 < utf16_length(pattern) <= MAX_GROUP_LENGTH:
        raise PatternError(f"it must have 1 to {MAX_GROUP_LENGTH} characters")
    tokens: list[Token] = []
    stars = position = 0
    while position < len(pattern):
        match = _TOKENS.match(pattern, position)
        if match is None:
            raise PatternError("a backslash must be followed by *, ? or another backslash")
        escaped, run, question, plain = match.groups()
        stars += len(run or "")
        tokens.append(_token(run, question) or escaped or plain)
        position = match.end()
    wildcards = sum(isinstance(token, Wildcard) for token in tokens)
    if max(stars, wildcards) > MAX_WILDCARDS:
        raise PatternError(f"it has more than {MAX_WILDCARDS} wildcards")
    return tuple(tokens)


def _token(run: str | None, question: str | None) -> Wildcard | None:
    if question:
        return Wildcard.ONE
    if run:
        return Wildcard.RUN if len(run) == 1 else Wildcard.ANYTHING
    return None


@lru_cache(maxsize=4096)
def matches(pattern: str, name: str) -> bool:
    """Whether the whole name matches. Raises PatternError."""
    tokens = parse_pattern(pattern)
    expected = _with_empty_runs({0}, tokens)
    for character in name:
        expected = _with_empty_runs(_after(character, expected, tokens), tokens)
        if not expected:
            return False
    return len(tokens) in expected


def _after(character: str, expected: set[int], tokens: tuple[Token, ...]) -> set[int]:
    """The positions that are possible once a character has been read."""
    following = set()
    for position in expected - {len(tokens)}:
        token = tokens[position]
        if token is Wildcard.ANYTHING or (token is Wildcard.RUN and character != "."):
            following.add(position)
        elif token == character or (token is Wildcard.ONE and character != "."):
            following.add(position + 1)
    return following


def _with_empty_runs(positions: set[int], tokens: tuple[Token, ...]) -> set[int]:
    """The positions, and those behind runs that may be empty."""
    reached = set(positions)
    for position in positions:
        while position < len(tokens) and tokens[position] in (Wildcard.RUN, Wildcard.ANYTHING):
            position += 1
            reached.add(position)
    return reached
