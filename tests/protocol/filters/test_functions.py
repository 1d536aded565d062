"""The functions of filters, one by one; what they mean within filters is tested there.

Specification: rest-api section 9.3.
"""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.filters.functions import FUNCTIONS
from webpubsub.protocol.filters.kinds import Kind

TEXTS = st.none() | st.text(max_size=6)
NUMBERS = st.none() | st.integers(-3, 9)


@pytest.mark.parametrize("name", ["length", "tolower", "toupper", "trim"])
def test_null_remains_null(name: str) -> None:
    """What is measured or changed may be null, and so is the result."""
    assert FUNCTIONS[name].call(None) is None


RESULTS: tuple[tuple[str, tuple[Any, ...], Any], ...] = (
    ("tolower", ("ÀÉ",), "àé"),
    ("toupper", ("straße",), "STRAßE"),
    ("tolower", ("İ",), "İ"),
    ("trim", ("\u3000a b\t",), "a b"),
    ("length", (("a", "b"),), 2),
    ("length", ("a😀",), 3),
    ("indexof", ("😀😀x", "x"), 4),
    ("indexof", ("abc", ""), 0),
    ("substring", ("a😀b", 1, 2), "😀"),
    ("substring", ("", 0), ""),
    ("substring", ("", 1), None),
)


@pytest.mark.parametrize(("name", "arguments", "wanted"), RESULTS)
def test_results(name: str, arguments: tuple[Any, ...], wanted: Any) -> None:
    """Letters are mapped one to one, and lengths are in UTF-16 code units."""
    assert FUNCTIONS[name].call(*arguments) == wanted


@given(TEXTS, NUMBERS, NUMBERS)
def test_substrings_never_fail(text: str | None, start: int | None, length: int | None) -> None:
    """A part is null or as long as was asked for."""
    part = FUNCTIONS["substring"].call(text, start, length)
    assert part is None or FUNCTIONS["length"].call(part) == length


def test_arguments_are_counted() -> None:
    """Every function takes a fixed number of arguments, and only substring takes two of them."""
    counts = {name: tuple(function.parameters) for name, function in FUNCTIONS.items()}
    assert {name for name, count in counts.items() if len(count) > 1} == {"substring"}
    assert all(
        len(kinds) == count
        for function in FUNCTIONS.values()
        for count, kinds in function.parameters.items()
    )
    assert {name for name, function in FUNCTIONS.items() if function.result is Kind.BOOL} == {
        "contains",
        "startswith",
        "endswith",
    }
