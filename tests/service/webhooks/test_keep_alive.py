"""How long a server keeps an idle connection. Specification: upstream-events section 13."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.webhooks.keep_alive import announced


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("timeout=5", 5),
        ("timeout=5, max=100", 5),
        ("max=100,timeout=75", 75),
        ("max=100; Timeout = 15 ;x", 15),
        (" \ttimeout=0", 0),
        ("timeout=999999999", 999_999_999),
        ("timeout=5, timeout=7", 5),
        ("timeout=x, timeout=7", 7),
        ("", None),
        ("5", None),
        ("timeout", None),
        ("timeout=", None),
        ("timeout=-1", None),
        ("timeout=5.5", None),
        ("timeout=5s", None),
        ("timeout=1e3", None),
        ("timeout=٥", None),
        ("timeout=1234567890", None),
        ("idletimeout=5", None),
        ("x timeout=5", None),
        ("max=100", None),
    ],
)
def test_what_is_told(header: str, seconds: int | None) -> None:
    """Whole seconds, wherever they stand; nonsense says nothing."""
    assert announced(header) == seconds


@given(st.text() | st.text(alphabet="timeout=5,; "))
def test_anything_can_be_read(header: str) -> None:
    """And what is found is a time."""
    seconds = announced(header)
    assert seconds is None or 0 <= seconds < 1_000_000_000


@pytest.mark.parametrize(
    "piece", [" ", ",", "timeout=", "timeout=1", ",timeout ", ", timeout = 1 "]
)
def test_nothing_takes_long(piece: str) -> None:
    """A head may be large."""
    started = time.process_time()
    announced(piece * (131_072 // len(piece)) + "x")
    assert time.process_time() - started < 1
