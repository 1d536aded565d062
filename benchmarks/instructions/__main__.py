"""Counts the instructions of the hot paths and compares them with the baseline.

Run with ``python -m benchmarks.instructions`` on Linux with valgrind. It fails when a path takes
clearly more than it did. ``--write`` renews the baseline.
"""

import argparse
import sys
from pathlib import Path

from rich.console import Console

from benchmarks.arguments import some_of
from benchmarks.instructions.baseline import Baseline, BaselineError, changes
from benchmarks.instructions.callgrind import CountError, count
from benchmarks.instructions.paths import PATHS
from benchmarks.instructions.report import BASELINE, advice, table


def main() -> int:
    """Count, show, and say what is to be done; the exit code."""
    arguments = _arguments()
    try:
        before = None if arguments.write else Baseline.read(arguments.baseline)
        with Console(stderr=True).status("counting, which takes half a minute"):
            counts = count(arguments.only)
    except (BaselineError, CountError) as problem:
        print(problem, file=sys.stderr)
        return 1
    if before is None:
        Baseline.here(counts).write(arguments.baseline)
        before = Baseline.read(arguments.baseline)
    found = changes(before, counts)
    Console(width=120).print(table(found))
    for line in advice(found, arguments.baseline):
        print(line)
    return int(any(one.is_to_be_mended for one in found))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.instructions", description=__doc__)
    parser.add_argument(
        "--only", type=some_of(PATHS), default=list(PATHS), help=f"some of {','.join(PATHS)}"
    )
    parser.add_argument("--baseline", type=Path, default=BASELINE, help="another file")
    parser.add_argument("--write", action="store_true", help="renew the baseline")
    arguments = parser.parse_args()
    if arguments.write and len(arguments.only) < len(PATHS):
        parser.error("--write renews the baseline of every path: leave --only out")
    return arguments


if __name__ == "__main__":
    sys.exit(main())
