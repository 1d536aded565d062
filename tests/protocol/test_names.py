"""Names of hubs, groups and user events.

Specification: client-protocols sections 1.1 and 5.3, rest-api section 1.3, upstream-events section
17.
"""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.names import is_event_name, is_group_name, is_hub_name, utf16_length


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("chat", True),
        ("C", True),
        ("chat_1", True),
        ("a`,.[]_9", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("1chat", False),
        ("_chat", False),
        ("my-hub", False),
        ("chat room", False),
        ("chat\n", False),
        ("a%5B", False),
        ("é", False),
        ("aé", False),
        ("a\u0661", False),
    ],
)
def test_hub_names(name: str, valid: bool) -> None:
    """A hub is a letter and up to 127 letters, digits or some punctuation, and no hyphen."""
    assert is_hub_name(name) is valid


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("message", True),
        ("A", True),
        ("a-b_c.9", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("9a", False),
        (".a", False),
        ("a b", False),
        ("a,b", False),
        ("a[", False),
        ("a\n", False),
        ("ä", False),
    ],
)
def test_event_names(name: str, valid: bool) -> None:
    """An event is a letter and up to 127 letters, digits, dots, hyphens or underscores."""
    assert is_event_name(name) is valid


@pytest.mark.parametrize(
    ("name", "valid"),
    [
        ("room", True),
        ("a/b", True),
        (" room ", True),
        ("\x00", True),
        ("*", True),
        ("你好", True),
        ("g" * 1024, True),
        ("g" * 1025, False),
        ("😀" * 512, True),
        ("😀" * 512 + "g", False),
        ("你" * 1024, True),
        ("\uffff" * 1024, True),
        ("", False),
        (" ", False),
        (" \t\r\n", False),
        ("\u3000\u00a0", False),
    ],
)
def test_group_names(name: str, valid: bool) -> None:
    """A group is 1 to 1024 UTF-16 units of anything, though not of white space alone."""
    assert is_group_name(name) is valid


@given(st.text())
def test_length_is_that_of_utf_16(text: str) -> None:
    """The length is the number of code units that UTF-16 takes."""
    assert utf16_length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@given(st.text())
def test_names_of_hubs_and_events_agree_with_their_patterns(text: str) -> None:
    """The checks are those of the reference, with nothing allowed after the end."""
    assert is_hub_name(text) == bool(re.match(r"[A-Za-z][A-Za-z0-9_`,.\[\]]{0,127}\Z", text))
    assert is_event_name(text) == bool(re.match(r"(?ai)[a-z][a-z0-9_.-]{0,127}\Z", text))
