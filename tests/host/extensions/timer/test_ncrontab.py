"""NCRONTAB expressions. Specification: functions-python section 7."""

import calendar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.extensions.timer.ncrontab import FIELDS, Expression


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("0 */20 * * * *", "0 0,20,40 * * * *"),
        ("*/20 * * * *", "0 0,20,40 * * * *"),
        ("30 5/20 1-3 * * *", "30 5,25,45 1,2,3 * * *"),
        ("0 0 8-18/4 * * *", "0 0 8,12,16 * * *"),
        ("0 0 0 1,15 * *", "0 0 0 1,15 * *"),
        ("0 0 0 * Jan,march,DECEMB *", "0 0 0 * 1,3,12 *"),
        ("0 0 0 * * Mon-fri", "0 0 0 * * 1,2,3,4,5"),
        ("0 0 0 * * 0", "0 0 0 * * 0"),
        ("  0   0 0 1-31 1-12 0-6 ", "0 0 0 * * *"),
        ("* * * * * *", "* * * * * *"),
    ],
)
def test_an_expression_stands_for_its_numbers(text: str, numbers: str) -> None:
    """Names, ranges, steps and lists are read as the real host reads them."""
    assert Expression.parse(text).as_numbers() == numbers


_NAMED = [
    *((4, name, number) for number, name in enumerate(calendar.month_name) if name),
    *((5, name, (number + 1) % 7) for number, name in enumerate(calendar.day_name)),
]


@pytest.mark.parametrize(("field", "name", "number"), _NAMED)
def test_every_month_and_day_has_its_english_name(field: int, name: str, number: int) -> None:
    """Or three letters of it or more; Sunday is 0."""
    for text in (name, name.upper(), name[:3]):
        assert FIELDS[field].values(text) == {number}
    with pytest.raises(ValueError, match=f"'{name}x' is no"):
        FIELDS[field].values(f"{name}x")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has 0 fields"),
        ("* * * *", "has 4 fields"),
        ("* * * * * * *", "has 7 fields"),
        ("60 * * * * *", "the second is '60', and must be from 0 to 59"),
        ("0 0 24 * * *", "the hour is '24'"),
        ("0 0 0 0 * *", "the day of the month is '0'"),
        ("0 0 0 * 13 *", "the month is '13'"),
        ("0 0 0 * * 7", "the day of the week is '7', and must be from 0 to 6"),
        ("0 0 0 * * Fun", "'Fun' is no day of the week"),
        ("0 0 0 * Ma *", "'Ma' is no month"),
        ("0 0 22-2 * * *", "runs backwards"),
        ("*/0 * * * * *", "must be 1 or more"),
        ("0 0 0 L * *", "'L' is no day of the month"),
        ("0 0 0 ? * *", "is no day of the month"),
        ("0 0 0 * * 1#2", "is no day of the week"),
        ("0 0 0 1,,2 * *", "'' is no day of the month"),
        ("-1 * * * * *", "is no second"),
        ("99999999999999999999 * * * * *", "must be from 0 to 59"),
        ("@daily", "has 1 fields"),
    ],
)
def test_any_other_expression_is_refused_with_its_reason(text: str, message: str) -> None:
    """What other crons understand and the real host does not is an error, not a surprise."""
    with pytest.raises(ValueError, match=message):
        Expression.parse(text)


@pytest.mark.parametrize(
    ("text", "is_interval"),
    [
        ("0 30 2 * * *", False),
        ("0 */5 2,3 * * *", False),
        ("0 */5 * * * *", True),
        ("0 0 */2 * * *", True),
        ("0 0 1-5 * * *", True),
    ],
)
def test_hours_tell_intervals_from_times_of_day(text: str, is_interval: bool) -> None:
    """An expression is about certain hours when it names them one by one."""
    assert Expression.parse(text).is_interval is is_interval


@pytest.mark.parametrize(
    ("text", "within"),
    [
        ("*/30 * * * * *", True),
        ("0,1 * * * * *", True),
        ("0 * * * * *", False),
        ("*/30 0-58 * * * *", False),
        ("*/30 * * * * 1", False),
    ],
)
def test_only_seconds_make_a_schedule_frequent(text: str, within: bool) -> None:
    """Such a schedule fires more than once in every minute there is."""
    assert Expression.parse(text).is_within_every_minute is within


_CHARACTERS = st.text(alphabet="0123456789*/,-?# LWMonJan@", max_size=30)


@given(st.text() | _CHARACTERS | st.lists(_CHARACTERS, min_size=6, max_size=6).map(" ".join))
def test_any_text_is_an_expression_or_refused(text: str) -> None:
    """Nothing but ValueError comes out of reading one."""
    try:
        expression = Expression.parse(text)
    except ValueError:
        return
    assert all(expression.values)


_VALUES = st.tuples(
    *(st.frozensets(st.integers(field.low, field.high), min_size=1) for field in FIELDS)
)


@given(_VALUES)
def test_numbers_are_an_expression_for_the_same_values(
    values: tuple[frozenset[int], ...],
) -> None:
    """Writing an expression and reading it again changes nothing."""
    text = Expression(values, is_interval=False).as_numbers()
    assert Expression.parse(text).values == values
