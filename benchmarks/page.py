"""The page about performance: what is between the two markers is written, the rest stays."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.report import LEGEND, SUMMARY, WORDS, Section, sections, summary
from benchmarks.runs import Results, Workload
from benchmarks.servers import HERE

PAGE = HERE.parent / "docs/topics/performance.md"
BEGIN = "<!-- Written by python -m benchmarks --write: -->"
END = "<!-- Written until here. -->"


def write(results: Results, workloads: Sequence[Workload[Any]], page: Path = PAGE) -> None:
    """Replace what is between the markers.

    Raises ValueError where the page has no markers.
    """
    page.write_text(replaced(page.read_text(), "\n".join(markdown(results, workloads))))


def replaced(page: str, written: str) -> str:
    """The page with this between its markers."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the page needs the markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{written}\n{END}{after}"


def markdown(results: Results, workloads: Sequence[Workload[Any]]) -> Iterator[str]:
    """The lines of what is written."""
    versions = "; ".join(f"{name} {version}" for name, version in results.versions.items())
    yield f"Measured on {results.date}, {results.machine}, {results.rounds} rounds. {versions}."
    yield from ("", LEGEND, "")
    yield from _table(SUMMARY, list(_titled(summary(results, workloads))))
    for name, missing in results.missing.items():
        yield f"- {name} is missing here: {missing}"
    for section in sections(results, workloads):
        yield from ("", f"### {section.title}", "")
        yield from _table(section.columns, section.lines)
        yield section.notes
    yield ""


def _titled(sections: Iterable[Section]) -> Iterator[Sequence[str]]:
    for section in sections:
        yield [f"<b>{section.title}</b>", *[""] * (len(section.columns) - 1)]
        yield from section.lines


def _table(columns: Sequence[str], lines: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _line(columns)
    yield _line(["---" if column in WORDS else "---:" for column in columns])
    yield from map(_line, lines)
    yield ""


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('*', '&ast;') for cell in cells)} |"
