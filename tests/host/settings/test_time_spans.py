"""Time spans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.settings.time_spans import parse_time_span


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("00:00:02", 2),
        ("00:05:00", 300),
        ("01:00", 3600),
        ("1.00:00:00", 86400),
        ("00:00:00.5", 0.5),
        ("-00:00:01", -1),
        (" 00:30:00 ", 1800),
    ],
)
def test_a_time_span_is_read_as_seconds(text: str, seconds: float) -> None:
    assert parse_time_span(text) == seconds


@pytest.mark.parametrize("text", ["", "5", "abc", "24:00:00", "00:60:00", "00:00:60", "1:2:3:4"])
def test_anything_else_is_refused_by_name(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time span"):
        parse_time_span(text)


@given(st.integers(0, 99), st.integers(0, 23), st.integers(0, 59), st.integers(0, 59))
def test_every_part_counts(days: int, hours: int, minutes: int, seconds: int) -> None:
    expected = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    assert parse_time_span(f"{days}.{hours:02}:{minutes:02}:{seconds:02}") == expected
