"""The pages made from the code say what the code says."""

from pathlib import Path

import pytest

from docs.generate import PAGES, checks_page, refusals_page, traps_page
from webpubsub.host.azure.catalogue import RULES
from webpubsub.protocol.refusals.catalogue import KINDS
from webpubsub.protocol.traps import BY_CODE


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_the_page_is_up_to_date(path: Path) -> None:
    """Whoever changes the code runs ``python docs/generate.py``."""
    assert path.read_text(encoding="utf-8") == PAGES[path](), "run: python docs/generate.py"


def test_every_refusal_has_its_heading() -> None:
    """A heading is the address of an entry."""
    headings = [line[4:] for line in refusals_page().splitlines() if line.startswith("### ")]
    assert headings == list(KINDS)


def test_every_trap_has_its_heading() -> None:
    """A heading is the address of an entry."""
    headings = [line[4:] for line in traps_page().splitlines() if line.startswith("### ")]
    assert headings == list(BY_CODE)


def test_every_rule_has_its_heading() -> None:
    """A heading is the address of an entry."""
    headings = [line[3:] for line in checks_page().splitlines() if line.startswith("## ")]
    assert headings == [rule.code for rule in RULES]


def test_nothing_is_taken_for_markup() -> None:
    """The backtick that hub names may contain does not begin a code span."""
    entry = refusals_page().partition("### rest.hub.invalid\n")[2].partition("###")[0]
    assert r"any of _ \` , . [ ]" in entry
    assert "Shown as: HTTP status 400" in entry
