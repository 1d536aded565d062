"""The page between its markers."""

import pytest

from benchmarks.page import BEGIN, END, PAGE, replaced


def test_what_is_around_the_markers_stays() -> None:
    """And what was between them does not."""
    page = f"# Title\n\n{BEGIN}\n\nold\n{END}\n\nEnd.\n"
    once = replaced(page, "| new |\n")
    assert once == f"# Title\n\n{BEGIN}\n\n| new |\n\n{END}\n\nEnd.\n"
    assert replaced(once, "| new |\n") == once


@pytest.mark.parametrize("page", ["", BEGIN, END, f"{END} {BEGIN}"])
def test_a_page_without_markers_is_left_alone(page: str) -> None:
    """Nobody's text is overwritten."""
    with pytest.raises(ValueError, match="needs the markers"):
        replaced(page, "new")


def test_our_page_has_the_markers() -> None:
    """So that it can be written."""
    assert "new" in replaced(PAGE.read_text(), "new")
