"""Suggestions for names that are not known."""

import pytest

from webpubsub.protocol.spelling import MISTYPED, did_you_mean, listed


@pytest.mark.parametrize(
    ("seen", "suggested"),
    [
        ("userId", "user_id"),
        ("user-id", "user_id"),
        ("usr_id", "user_id"),
        ("GROUPS", "groups"),
    ],
)
def test_a_close_name_is_suggested(seen: str, suggested: str) -> None:
    """Letter case, underscores and small mistakes do not hide what was meant."""
    assert did_you_mean(seen, ["user_id", "groups"]) == f" Did you mean '{suggested}'?"


def test_nothing_is_suggested_when_nothing_is_close() -> None:
    """A wild guess would mislead."""
    assert did_you_mean("colour", ["user_id", "groups"]) == ""


def test_how_close_is_close_can_be_told() -> None:
    """Where many names end alike, only what was mistyped is suggested."""
    known = ["httpTrigger", "timerTrigger"]
    assert did_you_mean("kafkaTrigger", known) != ""
    assert did_you_mean("kafkaTrigger", known, closeness=MISTYPED) == ""
    assert did_you_mean("htpTriger", known, closeness=MISTYPED) == " Did you mean 'httpTrigger'?"


@pytest.mark.parametrize(
    ("names", "text"),
    [(["a"], "'a'"), (["a", "b"], "'a' or 'b'"), (["a", "b", "c"], "'a', 'b' or 'c'")],
)
def test_names_are_listed_as_a_sentence_would(names: list[str], text: str) -> None:
    """The last name is joined with ``or``."""
    assert listed(names) == text
