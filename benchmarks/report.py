"""The results as words: the same lines for the terminal and for the page."""

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.contestants.contestant import OURS
from benchmarks.load.meter import BUSY, FULL
from benchmarks.runs import Medians, Results, Row, Workload

SUMMARY = (
    "Work",
    "Ours",
    "Best peer",
    "Ours / peer",
    "Spread",
    "Load; server",
    "Target",
    "Reached",
)
#: How columns are aligned: only words are not numbers.
WORDS = frozenset({"Work", "Best peer", "Target"})
LEGEND = (
    "Medians of all rounds. Ours / peer: of what was measured next to each other, so not the "
    "quotient of the two medians. Spread: between the rounds of ours, as a share of the median, "
    "and of the ratio. Load; server: the most of its core that the load generator used for ours "
    "in a round, and the least of the other core that was used then. Where that is less than all "
    "of it, the server had to wait, or was left alone. A figure with * was taken by a generator "
    f"that used more than {BUSY:.0%} of its core, and from a server that used less than "
    f"{FULL:.0%}, so it may be the generator's."
)
_NOTHING = "–"
_WIDTH = 116


class Section(msgspec.Struct, frozen=True):
    """What is told of one workload."""

    title: str
    columns: Sequence[str]
    lines: Sequence[Sequence[str]]
    notes: str = ""


def summary(results: Results, workloads: Sequence[Workload[Any]]) -> Iterator[Section]:
    """A line for everything that was measured of ours."""
    for workload in workloads:
        medians = results.medians(workload)
        rows = [row for row in workload.rows if medians.of(row.label) is not None]
        if rows:
            yield Section(workload.title, SUMMARY, [_summary_line(row, medians) for row in rows])


def sections(results: Results, workloads: Sequence[Workload[Any]]) -> Iterator[Section]:
    """Every contestant's figures, workload by workload."""
    for workload in workloads:
        medians = results.medians(workload)
        names = [one.name for one in workload.contestants if one.name not in results.missing]
        lines = [_section_line(row, names, medians) for row in workload.rows]
        if any(cell != _NOTHING for line in lines for cell in line[1:]):
            failures = results.failures.get(workload.name, {})
            failed = (f"{name} failed: {why}" for name, why in failures.items())
            columns = ("Work", *(_heading(name) for name in names))
            yield Section(workload.title, columns, lines, " ".join([workload.notes, *failed]))


def show(results: Results, workloads: Sequence[Workload[Any]]) -> None:
    """Print everything."""
    console = Console()
    # Figures that are cut off are none: rather too wide.
    console.width = max(console.width, _WIDTH)
    for section in sections(results, workloads):
        console.print(_table(section.title, section))
        console.print(section.notes, style="dim")
    console.print(_table("All work", *summary(results, workloads), titled=True))
    console.print(LEGEND, style="dim")
    for name, missing in results.missing.items():
        console.print(f"missing: {name}: {missing}")


def _table(title: str, *sections: Section, titled: bool = False) -> Table:
    """One below the other; ``titled`` with the title of each above its lines."""
    table = Table(title=title, box=SIMPLE_HEAD)
    for column in sections[0].columns if sections else ():
        table.add_column(
            column, justify="left" if column in WORDS else "right", no_wrap=column not in WORDS
        )
    for section in sections:
        if titled:
            table.add_section()
            table.add_row(section.title, style="bold")
        for line in section.lines:
            table.add_row(*line)
    return table


def _heading(name: str) -> str:
    return "Ours" if name == OURS else name


def _summary_line(row: Row, medians: Medians) -> list[str]:
    peer = medians.best_peer(row.label)
    ratio, ratios = medians.ratio(row.label), medians.ratios(row.label)
    reached = row.reached(medians) if row.reached else None
    return [
        f"{row.label} ({row.unit})",
        _figure(row, OURS, medians),
        f"{_figure(row, peer, medians)} {peer}" if peer else _NOTHING,
        f"{ratio:.2f}" if ratio is not None else _NOTHING,
        _spread(medians.spread(row.label), ratios),
        f"{medians.load_share(row.label):.0%}; {medians.server_share(row.label):.0%}",
        row.target or _NOTHING,
        {True: "yes", False: "no", None: _NOTHING}[reached],
    ]


def _section_line(row: Row, names: Sequence[str], medians: Medians) -> list[str]:
    return [f"{row.label} ({row.unit})", *(_figure(row, name, medians) for name in names)]


def _figure(row: Row, name: str, medians: Medians) -> str:
    value = medians.of(row.label, name)
    if value is None:
        return _NOTHING
    mark = "*" if medians.may_be_the_loads(row.label, name) else ""
    return f"{value:,.{row.digits}f}{mark}"


def _spread(own: float | None, ratios: Sequence[float]) -> str:
    if own is None:
        return _NOTHING
    return f"{own:.0%}" + (f"; {min(ratios):.2f} to {max(ratios):.2f}" if ratios else "")
