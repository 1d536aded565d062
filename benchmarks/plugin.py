"""What a test costs with the pytest plugin: wall and CPU time of many little ones.

Run with ``python -m benchmarks.plugin``. Ours tests ``examples/chat``: each test has the app
imported anew and a service of its own, and its message goes to a function and back. The peers echo
a frame: the test client of aiohttp by a socket, that of Starlette, where it is installed
(``uv run --with httpx2``), without any protocol at all.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from statistics import median

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.contestants.contestant import OURS
from benchmarks.servers import HERE, usual_environment
from benchmarks.suites.timing import FIGURES

_MICROSECONDS = 1e6
#: Nobody who develops has Python compile an app for each test.
_CHAT = HERE.parent / "examples/chat"
_BY_SOCKETS = f"{OURS} by sockets"
_OPTIONS = ("-q", "-p", "no:cacheprovider", "-p", "benchmarks.suites.timing", "-o", "addopts=")


class Plan(msgspec.Struct, frozen=True):
    """How much work: tests in a run, and runs."""

    tests: int = 200
    turns: int = 3


def contestants() -> Mapping[str, list[str]]:
    """What this machine can run, and how pytest is told to."""
    ours = [str(HERE / "suites/webpubsub_suite.py"), f"--webpubsub-app={_CHAT}"]
    found = {
        OURS: ours,
        _BY_SOCKETS: [*ours, "--webpubsub-sockets"],
        "aiohttp": [str(HERE / "suites/aiohttp_suite.py"), "-o", "asyncio_mode=auto"],
    }
    if find_spec("httpx2") is not None:
        found["Starlette"] = [str(HERE / "suites/starlette_suite.py")]
    return found


def measure(arguments: list[str], tests: int) -> Mapping[str, float]:
    """Microseconds of each test, by what is measured."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_OPTIONS, *arguments],
        cwd=HERE.parent,
        env=usual_environment() | {"TESTS": str(tests)},
        capture_output=True,
        text=True,
        check=False,
    )
    figures = [line for line in done.stdout.splitlines() if line.startswith(FIGURES)]
    if done.returncode or not figures:
        raise RuntimeError(f"the tests have failed:\n{done.stdout}{done.stderr}")
    seconds = json.loads(figures[-1].removeprefix(FIGURES))
    return {name: value * _MICROSECONDS for name, value in seconds.items()}


def compare(plan: Plan) -> Mapping[str, Mapping[str, float]]:
    """What is measured -> contestant -> the median of all turns, which they take one by one."""
    turns = [
        {name: measure(arguments, plan.tests) for name, arguments in contestants().items()}
        for _ in range(plan.turns)
    ]
    return {
        what: {name: median(turn[name][what] for turn in turns) for name in turns[0]}
        for what in ("wall", "CPU")
    }


def _show(figures: Mapping[str, Mapping[str, float]]) -> None:
    table = Table("of", title="A test with a client", caption="microseconds; ours / peer")
    for name in contestants():
        table.add_column(name, justify="right")
    for what, measured in figures.items():
        ratios = (f"{figure:,.0f} ({measured[OURS] / figure:.2f})" for figure in measured.values())
        table.add_row(what, *ratios)
    Console(width=100).print(table)


def main() -> None:
    """Run with the plan of the command line and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tests", type=int, default=Plan().tests)
    parser.add_argument("--turns", type=int, default=Plan().turns)
    plan = Plan(**vars(parser.parse_args()))
    _show(compare(plan))


if __name__ == "__main__":
    main()
