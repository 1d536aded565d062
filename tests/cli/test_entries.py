"""Entries of a few named texts."""

import pytest

from webpubsub.cli.entries import entry, field


def test_what_there_is_nothing_of_has_no_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """The others stand below each other, whatever their names."""
    monkeypatch.setenv("COLUMNS", "80")
    made = entry("code", {"saw": "this", "setting": None, "shown as": "that"})
    assert made == "code\n  saw       this\n  shown as  that"


def test_a_long_text_stays_behind_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Words are not broken."""
    monkeypatch.setenv("COLUMNS", "24")
    made = field("1.", "one two three http://localhost:8080/a-long-way", width=3)
    assert made == "  1.   one two three\n       http://localhost:8080/a-long-way"
