"""How filters are read. Specification: rest-api section 9.2."""

import pytest

from webpubsub.protocol.filters import FilterError
from webpubsub.protocol.filters.parser import parse_filter
from webpubsub.protocol.filters.tree import (
    Comparison,
    Identifier,
    Junction,
    Literal,
    Membership,
    Node,
    Not,
)

TRUE, FALSE, ONE = Literal(True, "true"), Literal(False, "false"), Literal(1, "1")

TREES: tuple[tuple[str, Node], ...] = (
    ("true", TRUE),
    ("''''", Literal("'", "''''")),
    ("-007", Literal(-7, "-007")),
    ("( ( a ) )", Identifier("a", "a")),
    (" true and false  ", Junction("and", (TRUE, FALSE), "true and false")),
    (
        "true and false and true",
        Junction("and", (TRUE, FALSE, TRUE), "true and false and true"),
    ),
    (
        "true or true and false",
        Junction(
            "or", (TRUE, Junction("and", (TRUE, FALSE), "true and false")), "true or true and false"
        ),
    ),
    (
        "not true eq false",
        Comparison("eq", Not(TRUE, "not true"), FALSE, "not true eq false"),
    ),
    (
        "1 lt 1 eq true",
        Comparison("eq", Comparison("lt", ONE, ONE, "1 lt 1"), TRUE, "1 lt 1 eq true"),
    ),
    ("1 in (1, true)", Membership(ONE, (ONE, TRUE), None, "1 in (1, true)")),
    ("1 in g", Membership(ONE, (), Identifier("g", "g"), "1 in g")),
    ("'a'eq'a'", Comparison("eq", Literal("a", "'a'"), Literal("a", "'a'"), "'a'eq'a'")),
)


@pytest.mark.parametrize(("text", "tree"), TREES)
def test_trees(text: str, tree: Node) -> None:
    """What binds to what, and which part of the text each node was read from."""
    assert parse_filter(text) == tree


MISTAKES = (
    ("", "Expect a value at position 0, and found the end."),
    (" ", "Expect a value at position 1, and found the end."),
    ("true and", "Expect a value at position 8, and found the end."),
    ("and true", "Expect a value at position 0, and found 'and'."),
    ("true false", "Expect the end at position 5, and found 'false'."),
    ("(true", "Expect ')' at position 5, and found the end."),
    ("true)", "Expect the end at position 4, and found ')'."),
    ("1 in ()", "Expect a value at position 6, and found ')'."),
    ("1 in (1,)", "Expect a value at position 8, and found ')'."),
    ("(1, 2) eq 1", "Expect ')' at position 2, and found ','."),
    ("1 in (1 eq 1)", "Expect ')' at position 8, and found 'eq'."),
    ("1 EQ 1", "Expect the end at position 2, and found 'EQ'."),
    ("userId has 'a'", "Expect the end at position 7, and found 'has'."),
    ("1 add 1 eq 2", "Expect the end at position 2, and found 'add'."),
    ("1+1 eq 2", "Expect the end at position 1, and found '+1'."),
    ("2147483648 eq 1", "'2147483648' is not an integer of 32 bits."),
    ("-2147483649 eq 1", "'-2147483649' is not an integer of 32 bits."),
    ("1.5 eq 1", "Token '1.5' at position 0 is not supported."),
    ("5a eq 1", "Token '5a' at position 0 is not supported."),
    ("a/b eq 1", "Token '/' at position 1 is not supported."),
    ("$it eq 1", "Token '$' at position 0 is not supported."),
    ("groups/any(g: g eq 'a')", "Token '/' at position 6 is not supported."),
    ("'it's'", "Expect the end at position 4, and found 's'."),
    ("userId eq 'a", "The string that begins at position 10 has no end."),
    ('userId eq "a"', "Token '\"' at position 10 is not supported."),
)


@pytest.mark.parametrize(("text", "detail"), MISTAKES)
def test_mistakes(text: str, detail: str) -> None:
    """A text that is no filter is told where it stops being one."""
    with pytest.raises(FilterError) as mistake:
        parse_filter(text)
    assert mistake.value.detail == detail


def test_integers_of_any_length_are_refused() -> None:
    """A number of thousands of digits is a mistake like another one; leading zeros are none."""
    assert parse_filter("0" * 5000 + "1").value == 1  # type: ignore[union-attr]
    with pytest.raises(FilterError, match="not an integer of 32 bits"):
        parse_filter("9" * 5000)
