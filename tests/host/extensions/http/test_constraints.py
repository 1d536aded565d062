"""Inline constraints. Specification: functions-python section 5.2."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.extensions.http.constraints import constraint


@pytest.mark.parametrize(
    ("text", "value", "accepted"),
    [
        ("int", "5", True),
        ("INT", "-5", True),
        ("int", "5.5", False),
        ("int", " +5 ", True),
        ("int", "٥", False),
        ("int", "2147483647", True),
        ("int", "-2147483648", True),
        ("int", "-2147483649", False),
        ("int", "2147483648", False),
        ("int", "9" * 5000, False),
        ("long", "2147483648", True),
        ("long", "9223372036854775807", True),
        ("long", "-9223372036854775808", True),
        ("long", "-9223372036854775809", False),
        ("long", "9223372036854775808", False),
        ("bool", "True", True),
        ("bool", "yes", False),
        ("bool", " FALSE ", True),
        ("bool", "1", False),
        ("datetime", "2024-05-01", True),
        ("datetime", "2024-05-01T12:30:00", True),
        ("datetime", "5-1-2024 12:30", True),
        ("datetime", "05 Mar 2024", True),
        ("datetime", "tomorrow", False),
        ("decimal", "1,000.50", True),
        ("decimal", "1e3", False),
        ("double", "1e3", True),
        ("double", "NaN", True),
        ("double", "-Infinity", True),
        ("double", "∞", True),
        ("float", "1E3", True),
        ("float", "-.5", True),
        ("float", "half", False),
        ("guid", "0123456789abcdef0123456789ABCDEF", True),
        ("guid", "{01234567-89ab-cdef-0123-456789abcdef}", True),
        ("guid", "(01234567-89ab-cdef-0123-456789abcdef)", True),
        ("guid", "01234567-89ab-cdef-0123-456789abcdef", True),
        ("guid", "{01234567-89ab-cdef-0123-456789abcdef", False),
        ("alpha", "abc", True),
        ("alpha", "ABC", True),
        ("alpha", "", True),
        ("alpha", "abc1", False),
        ("required", "x", True),
        ("required", "", False),
        ("minlength(2)", "a", False),
        ("minlength(2)", "ab", True),
        ("maxlength(2)", "abc", False),
        ("maxlength(2)", "ab", True),
        ("length(2)", "ab", True),
        ("length(2)", "abc", False),
        ("length(2,4)", "abc", True),
        ("length(2,4)", "a", False),
        ("length(2,4)", "ab", True),
        ("length(2,4)", "abcd", True),
        ("length(2,4)", "abcde", False),
        ("min(18)", "17", False),
        ("min(18)", "18", True),
        ("min(18)", "old", False),
        ("max(5)", "6", False),
        ("max(5)", "5", True),
        ("range(1,9)", "9", True),
        ("range(1,9)", "10", False),
        ("range(1,9)", "0", False),
        ("range(1,9)", "1", True),
        ("range(5,5)", "5", True),
        ("regex(^a.c$)", "ABC", True),
        ("regex(^a.c$)", "abcd", False),
        ("regex(b)", "abc", True),
    ],
)
def test_a_constraint_accepts_what_the_real_host_accepts(
    text: str, value: str, accepted: bool
) -> None:
    """Each constraint draws its line where .NET does."""
    assert constraint(text)(value) is accepted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("integer", "Did you mean 'int'"),
        ("int(5)", "takes no argument"),
        ("min", "needs an argument, such as 'min"),
        ("min(x)", "not a whole number"),
        ("min(9223372036854775808)", "not a whole number"),
        ("range(9,1)", "the smaller one first"),
        ("range(1)", "two whole numbers"),
        ("regex([)", "invalid"),
        ("regex(a{99999999999})", "invalid"),
        ("min(1", "malformed"),
    ],
)
def test_a_wrong_constraint_is_refused_with_its_reason(text: str, message: str) -> None:
    """The text of the error says how to mend the constraint."""
    with pytest.raises(ValueError, match=message):
        constraint(text)


_KNOWN = st.sampled_from(["int", "min", "range", "length", "regex", "datetime", "guid", "decimal"])


@given(st.one_of(st.text(), st.builds("{}({})".format, _KNOWN, st.text()), _KNOWN), st.text())
def test_any_text_is_a_constraint_or_refused(text: str, value: str) -> None:
    """Nothing but ValueError comes out of reading one, and using it never raises."""
    try:
        accepts = constraint(text)
    except ValueError:
        return
    assert accepts(value) in (True, False)


@given(st.integers())
def test_int_and_long_are_32_and_64_bits(number: int) -> None:
    """The limits of int and long are those of .NET."""
    assert constraint("int")(str(number)) is (-(2**31) <= number < 2**31)
    assert constraint("long")(str(number)) is (-(2**63) <= number < 2**63)
