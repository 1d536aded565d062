"""Whom filters mean, and why some are refused: the tables of the specification, section 9.

Specification: rest-api sections 9.1 and 9.4.
"""

from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.protocol.filters.interpreter import MESSY_TEXTS, SUBJECTS, filters, interpret
from webpubsub.protocol.filters import FilterError, compile_filter
from webpubsub.protocol.filters.kinds import EmptySubject
from webpubsub.protocol.filters.tree import Node

ANONYMOUS = EmptySubject()
ALICE = EmptySubject("c-1", "Alice", ("lobby", "it's"), "json.webpubsub.azure.v1")

#: A filter, and whether it means an anonymous simple client, and Alice.
MEANT: tuple[tuple[str, bool, bool], ...] = (
    ("true", True, True),
    ("false", False, False),
    (" ( true ) ", True, True),
    # Identifiers, in any letter case
    ("userId eq null", True, False),
    ("USERID ne null", False, True),
    ("userid eq 'Alice'", False, True),
    ("userId eq 'alice'", False, False),
    ("connectionId eq 'c-1'", False, True),
    ("CONNECTIONID eq ''", True, False),
    ("protocol eq null", True, False),
    ("Protocol eq 'json.webpubsub.azure.v1'", False, True),
    ("'lobby' in groups", False, True),
    ("'Lobby' in groups", False, False),
    ("'it''s' in GROUPS", False, True),
    ("userId in groups", False, False),
    ("null in groups", False, False),
    ("1 in groups", False, False),
    ("groups eq groups", True, True),
    ("groups in (groups)", True, True),
    ("groups in ('lobby')", False, False),
    # Lists
    ("userId in ('Bob', 'Alice')", False, True),
    ("userId in ('Bob')", False, False),
    ("userId in (null)", True, False),
    ("userId in (connectionId, 'Alice')", False, True),
    ("1 in (true, '1')", False, False),
    ("1 in (true, 1, null)", True, True),
    ("true in (1)", False, False),
    ("length(userId) in (5)", False, True),
    # Equality: same type and same value
    ("1 eq 1", True, True),
    ("1 eq true", False, False),
    ("1 ne '1'", True, True),
    ("null eq null", True, True),
    ("length(userId) eq null", True, False),
    ("length(userId) eq tolower(userId)", True, False),
    # Order: integers only, and null is in none
    ("length(userId) gt 4", False, True),
    ("length(userId) ge 5", False, True),
    ("length(userId) lt 6", False, True),
    ("length(userId) le 4", False, False),
    ("-1 lt +1", True, True),
    ("2147483647 gt -2147483648", True, True),
    ("length(groups) eq 2", False, True),
    ("length(groups) ge 0", True, True),
    ("1 gt null", False, False),
    ("null le null", False, False),
    # Precedence
    ("true or true and false", True, True),
    ("(true or true) and false", False, False),
    ("not false and false", False, False),
    ("not (false and false)", True, True),
    ("not true eq false", True, True),
    ("1 eq 1 eq true", True, True),
    ("2 gt 1 eq (1 lt 2)", True, True),
    ("not (length(userId) gt 5)", True, True),
    ("not not true", True, True),
    # Functions
    ("length('😀') eq 2", True, True),
    ("tolower(userId) eq 'alice'", False, True),
    ("toupper(userId) eq 'ALICE'", False, True),
    ("toupper('ß') eq 'ß'", True, True),
    ("trim(' a ') eq 'a'", True, True),
    ("trim(userId) eq null", True, False),
    ("tolower(null) eq null", True, True),
    ("contains(userId, 'lic')", False, True),
    ("contains(userId, 'LIC')", False, False),
    ("contains('a', null)", False, False),
    ("contains('a', '')", True, True),
    ("startswith(userId, 'Al')", False, True),
    ("startswith(null, 'A')", False, False),
    ("endswith(userId, 'ce')", False, True),
    ("endswith('a', userId)", False, False),
    ("indexof(userId, 'i') eq 2", False, True),
    ("indexof(userId, 'x') eq -1", True, True),
    ("indexof('😀b', 'b') eq 2", True, True),
    ("indexof(null, 'a') eq -1", True, True),
    ("concat(userId, '!') eq 'Alice!'", False, True),
    ("concat(userId, '!') eq '!'", True, False),
    ("concat('!', userId) eq '!'", True, False),
    ("concat(null, null) eq null", True, True),
    ("substring('abc', 1) eq 'bc'", True, True),
    ("substring('abc', 3) eq ''", True, True),
    ("substring('abc', 4) eq null", True, True),
    ("substring('abc', -1) eq null", True, True),
    ("substring('abc', 1, 1) eq 'b'", True, True),
    ("substring('abc', 1, 3) eq null", True, True),
    ("substring('abc', 1, -1) eq null", True, True),
    ("substring('😀b', 2) eq 'b'", True, True),
    ("substring(userId, 0, 2) eq 'Al'", False, True),
    ("substring('abc', length(userId)) eq null", True, True),
)


@pytest.mark.parametrize(("text", "anonymous", "alice"), MEANT)
def test_meaning(text: str, anonymous: bool, alice: bool) -> None:
    """Whom a filter means."""
    is_meant = compile_filter(text)
    assert (is_meant(ANONYMOUS), is_meant(ALICE)) == (anonymous, alice)


#: A filter, the part of it that is at fault, and what is wrong with that.
MISTAKES: tuple[tuple[str, str, str], ...] = (
    ("( not 'a' )", "not 'a'", "Type 'string', expect 'bool'."),
    ("userId lt 1", "userId lt 1", "Type 'string', expect 'int'."),
    ("ab eq 1", "ab eq 1", "Token 'ab' is not supported."),
    ("invalid(ab,c)", "invalid(ab,c)", "Token 'invalid(ab,c)' is not supported."),
    ("not length(userId) gt 5", "not length(userId)", "Type 'null', expect 'bool'."),
    ("userId", "userId", "Type 'string', expect 'bool'."),
    ("null", "null", "Type 'null', expect 'bool'."),
    ("groups", "groups", "Type 'collection', expect 'bool'."),
    ("length(groups)", "length(groups)", "Type 'int', expect 'bool'."),
    ("true or 1", "true or 1", "Type 'int', expect 'bool'."),
    ("false and 'a'", "false and 'a'", "Type 'string', expect 'bool'."),
    ("true and (1 lt 'a')", "1 lt 'a'", "Type 'string', expect 'int'."),
    ("1 gt true", "1 gt true", "Type 'bool', expect 'int'."),
    ("tolower(connectionId) gt 1", "tolower(connectionId) gt 1", "Type 'string', expect 'int'."),
    ("'a' in 'abc'", "'a' in 'abc'", "Type 'string', expect 'collection'."),
    ("'a' in null", "'a' in null", "Type 'null', expect 'collection'."),
    ("length(1) eq 1", "length(1)", "Type 'int', expect 'string'."),
    ("tolower(groups) eq 'a'", "tolower(groups)", "Type 'collection', expect 'string'."),
    ("substring('a', 'b') eq ''", "substring('a', 'b')", "Type 'string', expect 'int'."),
    (
        "length() eq 1",
        "length() eq 1",
        "Expect a value at position 7, and found ')'.",
    ),
    (
        "length('a', 'b') eq 1",
        "length('a', 'b')",
        "Function 'length' takes 1 argument(s), and has 2.",
    ),
    (
        "substring('a') eq 'a'",
        "substring('a')",
        "Function 'substring' takes 2 or 3 argument(s), and has 1.",
    ),
    ("Contains('a', 'b')", "Contains('a', 'b')", "Token 'Contains('a', 'b')' is not supported."),
    ("userId eq NULL", "userId eq NULL", "Token 'NULL' is not supported."),
)


@pytest.mark.parametrize(("text", "expression", "detail"), MISTAKES)
def test_mistakes(text: str, expression: str, detail: str) -> None:
    """A mistake is named in the words of the service, with the part of the filter that has it."""
    with pytest.raises(FilterError) as mistake:
        compile_filter(text)
    assert str(mistake.value) == f"Invalid syntax for '{expression}': {detail} (Parameter 'filter')"


@given(st.text() | MESSY_TEXTS)
def test_no_text_does_harm(text: str) -> None:
    """A text is a filter, which answers for everybody, or a FilterError."""
    try:
        is_meant = compile_filter(text)
    except FilterError:
        return
    assert isinstance(is_meant(ANONYMOUS), bool)
    assert isinstance(is_meant(ALICE), bool)


@given(filters(), SUBJECTS)
def test_evaluation_agrees_with_an_interpreter(
    case: tuple[str, Node], subject: EmptySubject
) -> None:
    """A filter of the right types answers as walking through its tree does."""
    text, node = case
    assert compile_filter(text)(subject) is interpret(node, subject)


DEEP: tuple[tuple[str, Callable[[int], str]], ...] = (
    ("parentheses", lambda depth: "(" * depth + "true" + ")" * depth),
    ("calls", lambda depth: "tolower(" * depth + "'a'" + ")" * depth + " eq 'a'"),
    ("negations", lambda depth: "not " * depth + "true"),
    ("comparisons", lambda depth: "true" + " eq true" * depth),
    (
        "operators",
        lambda depth: "(true and (false or " * (depth // 5) + "true" + "))" * (depth // 5),
    ),
)


@pytest.mark.parametrize("nest", [nest for _, nest in DEEP], ids=[name for name, _ in DEEP])
def test_nesting_is_bounded(nest: Callable[[int], str]) -> None:
    """A filter may be deep, but not endlessly so."""
    assert compile_filter(nest(90))(ALICE) in (True, False)
    with pytest.raises(FilterError, match="nested deeper than 100 levels"):
        compile_filter(nest(600))


def test_length_is_bounded() -> None:
    """Thousands of clauses are possible; what is longer than the limit is refused, and not shown
    whole."""
    clauses = " or ".join(f"connectionId eq 'c-{number}'" for number in range(1500))
    assert compile_filter(clauses)(ALICE)
    with pytest.raises(FilterError, match="at most 65536 characters") as mistake:
        compile_filter(f"userId eq '{'x' * 65_536}'")
    assert len(str(mistake.value)) < 400


def test_any_object_can_be_asked_about() -> None:
    """A subject is whatever has the four members; its groups need only be a collection."""

    class Connection(msgspec.Struct):
        connection_id: str
        user_id: str | None
        groups: dict[str, int]
        subprotocol: str | None

    assert compile_filter("'a' in groups and length(groups) eq 1")(
        Connection("c", None, {"a": 1}, None)
    )
