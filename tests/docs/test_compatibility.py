"""What the page of compatibility says of each section leads to tests that name it, and back."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from docs.generate import STATUSES, Document, Section, compatibility, compatibility_page

TESTS = Path(__file__).parents[1]

_DOCUMENTS = "|".join(re.escape(one.name) for one in compatibility().documents)
_MENTION = re.compile(rf"(?:{_DOCUMENTS}) sections? (?:\d+(?:\.\d+)*(?:, and |, | and | to )?)+")
_RANGE = re.compile(r"(\d+(?:\.\d+)*)(?: to (\d+(?:\.\d+)*))?")

Number = tuple[int, ...]


def number(text: str) -> Number:
    """``"5.10"`` as numbers, which compare as sections follow each other."""
    return tuple(int(part) for part in text.split("."))


@cache
def mentions(text: str) -> frozenset[tuple[str, Number, Number]]:
    """The document and the first and last section of each range that a text names."""
    plain = re.sub(r"\s+", " ", re.sub(r"(?m)^\s*#:? ?", "", text))
    return frozenset(_mentions(plain))


def _mentions(plain: str) -> Iterator[tuple[str, Number, Number]]:
    for mention in _MENTION.findall(plain):
        document, _, numbers = mention.partition(" section")
        for first, last in _RANGE.findall(numbers):
            yield document, number(first), number(last or first)


def names(text: str, document: str, section: str) -> bool:
    """Whether a text names the section, one around it, or one within it."""
    wanted = number(section)
    return any(
        named == document and wanted[: len(first)] >= first[: len(wanted)] and _ends(wanted, last)
        for named, first, last in mentions(text)
    )


def _ends(wanted: Number, last: Number) -> bool:
    return wanted[: len(last)] <= last


@pytest.mark.parametrize(
    ("text", "section", "expected"),
    [
        ("Specification: rest-api section 5.3.", "5.3", True),
        ("rest-api sections 5.3,\nRFC 9110 section 8", "8", False),
        ("rest-api sections 1, 5.1 to 5.4\nand 9.", "5.2", True),
        ("rest-api sections 1, 5.1 to 5.4 and 9.", "5.10", False),
        ("rest-api sections 1, 5.1 to 5.4 and 9.", "9.3", True),
        ("rest-api section 9.3", "9", True),
        ("rest-api section 5", "50", False),
        ("upstream-events section 5", "5", False),
        ("# rest-api\n# section 5.", "5", True),
    ],
)
def test_what_names_a_section(text: str, section: str, expected: bool) -> None:
    """Lists and ranges are read as people read them."""
    assert names(text, "rest-api", section) is expected


@pytest.mark.parametrize("document", compatibility().documents, ids=lambda one: one.name)
def test_every_section_has_an_entry(document: Document) -> None:
    """From its first to its last, in order, none twice and none left out."""
    sections = [number(one.section) for one in compatibility().of(document)]
    assert sections == sorted(set(sections))
    assert list(dict.fromkeys(first for first, *_ in sections)) == list(document.sections)
    first, last = document.sections[0], document.sections[-1]
    assert document.sections == tuple(range(first, last + 1))


def test_every_entry_is_of_a_document() -> None:
    """An entry of a document with a misspelt name would not be on the page."""
    documents = {one.name for one in compatibility().documents}
    assert {one.document for one in compatibility().sections} == documents


@pytest.mark.parametrize(
    "section", compatibility().sections, ids=lambda one: f"{one.document}-{one.section}"
)
def test_an_entry_is_whole(section: Section) -> None:
    """Its rules have a status that the page explains, and what is there is tested."""
    statuses = [status for status, text in section.judged() if text]
    assert len(statuses) == len(section.rules) > 0
    assert set(statuses) <= set(STATUSES)
    assert section.tests or "yes" not in statuses


@pytest.mark.parametrize(
    ("section", "test"),
    [(one, test) for one in compatibility().sections for test in one.tests],
    ids=lambda one: one if isinstance(one, str) else f"{one.document}-{one.section}",
)
def test_the_tests_name_the_section(section: Section, test: str) -> None:
    """A reader finds the way from a rule to its tests, and back."""
    text = (TESTS / test).read_text(encoding="utf-8")
    assert names(text, section.document, section.section)


def test_the_page_links_to_every_test() -> None:
    """The links start from the folder of the page."""
    page = compatibility_page()
    for section in compatibility().sections:
        for test in section.tests:
            assert f"](../../tests/{test})" in page
