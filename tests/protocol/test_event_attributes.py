"""Attributes of an event that are informative."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.event_attributes import event_number, seconds


@pytest.mark.parametrize(
    ("text", "expected"), [("7", 7), (None, 0), ("", 0), ("x", 0), ("-1", 0), ("9" * 30, 0)]
)
def test_numbers(text: str | None, expected: int) -> None:
    """What is no number of an event reads as 0."""
    assert event_number(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-09-21T14:13:20Z", 1_790_000_000.0),
        ("2026-09-21T16:13:20.5+02:00", 1_790_000_000.5),
        (None, 0.0),
        ("", 0.0),
        ("noon", 0.0),
    ],
)
def test_times(text: str | None, expected: float) -> None:
    """What is no time reads as 0."""
    assert seconds(text) == expected


@given(st.text())
def test_nothing_is_an_error(text: str) -> None:
    """Whatever a sender writes."""
    assert event_number(text) >= 0
    assert isinstance(seconds(text), float)
