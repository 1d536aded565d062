"""Measures how cost grows with connections, payloads, groups, functions and connection states.

Run with ``python -m benchmarks.growth`` on Linux with two cores. It fails when something grows
faster than what it is done for. ``--write`` draws the plots of ``docs/topics/performance.md``,
which needs the dependency group ``benchmarks``.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path

from rich.console import Console

from benchmarks.arguments import some_of
from benchmarks.growth.curves import Panel
from benchmarks.growth.registry import STUDIES
from benchmarks.growth.report import complaints, table
from benchmarks.growth.study import Study
from benchmarks.servers import run

IMAGES = Path(__file__).parents[2] / "docs/images"
_WITH_MATPLOTLIB = "uv run python -m benchmarks.growth --write"


async def main() -> None:
    """Measure, show, and draw. Ends the process with 1 when something is worse than linear."""
    arguments = _arguments()
    found = {}
    for study in (STUDIES[name] for name in arguments.only):
        found[study.name] = await _measured(study, arguments.seconds)
        Console(width=120).print(table(study.title, found[study.name]))
    if arguments.write:
        _write(found)
    lines = complaints(found)
    print("\n".join(lines))
    sys.exit(int(bool(lines)))


async def _measured(study: Study, seconds: float) -> Sequence[Panel]:
    with Console(stderr=True).status(study.name) as status:

        def tell(text: str) -> None:
            status.update(f"{study.name}: {text}")

        return await study.measure(study.sizes, seconds, tell)


def _write(found: Mapping[str, Sequence[Panel]]) -> None:
    from benchmarks.growth.plot import draw

    for name, panels in found.items():
        draw(panels, IMAGES / f"growth-{name}.svg")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.growth", description=__doc__)
    names = ",".join(STUDIES)
    parser.add_argument(
        "--only", type=some_of(STUDIES), default=list(STUDIES), help=f"some of {names}"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.5, help="of a server's processor, a third of each figure"
    )
    parser.add_argument("--write", action="store_true", help="draw the plots of the documentation")
    arguments = parser.parse_args()
    if arguments.write and find_spec("matplotlib") is None:
        parser.error(f"--write draws with matplotlib: {_WITH_MATPLOTLIB}")
    return arguments


if __name__ == "__main__":
    run(main)
