"""Ours and its peers on the same work, in one run: one table.

Each is started as its users start it, on the first core; the load comes from the second. In each
round all are started, and then measured in turn, in short slices. A peer that is not installed is
named, with what would install it.
"""

import argparse
import os
import platform
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from benchmarks.arguments import some_of
from benchmarks.load.compiled import library
from benchmarks.page import write
from benchmarks.report import show
from benchmarks.rounds import Turn, attend, take, turns
from benchmarks.runs import Results, Workload
from benchmarks.servers import run
from benchmarks.workloads.registry import WORKLOADS


def main() -> None:
    """Measure, or read what was measured, and show it."""
    arguments = _parser().parse_args()
    if arguments.list:
        _list(WORKLOADS)
        return
    results = _read(arguments.read) if arguments.read else _measured(arguments)
    show(results, WORKLOADS)
    if arguments.json:
        arguments.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)))
    if arguments.write:
        write(results, WORKLOADS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    names = [work.name for work in WORKLOADS]
    parser.add_argument(
        "--only", type=some_of(names), default=names, help=f"some of {','.join(names)}"
    )
    parser.add_argument("--rounds", type=int, default=3, help="how often everybody is started")
    parser.add_argument(
        "--seconds", type=float, default=0.45, help="of each figure in a round, in all slices"
    )
    parser.add_argument("--list", action="store_true", help="show workloads and contestants")
    parser.add_argument("--json", type=Path, metavar="FILE", help="keep the results")
    parser.add_argument(
        *("--from",),
        dest="read",
        type=Path,
        nargs="+",
        metavar="FILE",
        help="results to show instead of measuring; later files replace workloads of earlier ones",
    )
    parser.add_argument("--write", action="store_true", help="write docs/topics/performance.md")
    return parser


def _measured(arguments: argparse.Namespace) -> Results:
    today = datetime.now(UTC).date().isoformat()
    results = Results(date=today, machine=_machine(), rounds=arguments.rounds)
    workloads = [work for work in WORKLOADS if work.name in arguments.only]
    run(lambda: _measure(results, workloads, arguments.seconds))
    return results


async def _measure(results: Results, workloads: Sequence[Workload[Any]], seconds: float) -> None:
    attend(results, workloads)
    planned = list(turns(workloads, results.rounds))
    columns = (MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=len(planned))
        for turn in planned:

            def tell(what: str, turn: Turn = turn) -> None:
                now = f"{turn.workload.name}, round {turn.round}, {what}"
                progress.update(task, description=now)

            await take(turn, results, seconds, tell)
            progress.advance(task)


def _read(files: Sequence[Path]) -> Results:
    first, *others = (msgspec.json.decode(file.read_bytes(), type=Results) for file in files)
    for other in others:
        first.replace(other)
    return first


def _list(workloads: Sequence[Workload[Any]]) -> None:
    for work in workloads:
        print(f"{work.name}: {work.title}")
        for contestant in work.contestants:
            print(f"    {contestant.name}: {contestant.missing() or contestant.version()}")


def _machine() -> str:
    load = "" if library() else ", the load in Python alone for want of a compiler"
    return (
        f"{os.cpu_count()} cores ({platform.machine()}), {platform.system()} "
        f"{platform.release().split('-')[0]}, Python {platform.python_version()}{load}"
    )


if __name__ == "__main__":
    main()
