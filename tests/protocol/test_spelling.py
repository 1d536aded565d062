"""Suggestions for names that are not known."""

import pytest

from webpubsub.protocol.spelling import did_you_mean, listed


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


@pytest.mark.parametrize(
    ("names", "text"),
    [(["a"], "'a'"), (["a", "b"], "'a' or 'b'"), (["a", "b", "c"], "'a', 'b' or 'c'")],
)
def test_names_are_listed_as_a_sentence_would(names: list[str], text: str) -> None:
    """The last name is joined with ``or``."""
    assert listed(names) == text
