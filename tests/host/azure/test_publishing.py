"""Which files are published. Specification: functions-python section 10.4."""

from pathlib import Path

import pytest

from webpubsub.host.azure.publishing import PublishedFiles


@pytest.mark.parametrize(
    ("ignored", "published"),
    [
        (None, True),
        ("", True),
        ("# a.txt\n", True),
        ("a.txt", False),
        ("*.txt\n!a.txt", True),
        ("/a.txt", False),
        ("b/a.txt", True),
    ],
)
def test_a_file(ignored: str | None, published: bool, tmp_path: Path) -> None:
    """The lines are those of .gitignore."""
    (tmp_path / "a.txt").touch()
    if ignored is not None:
        (tmp_path / ".funcignore").write_text(ignored, encoding="utf-8")
    assert ("a.txt" in PublishedFiles(tmp_path)) is published


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Cannot be published."""
    assert "a.txt" not in PublishedFiles(tmp_path)
