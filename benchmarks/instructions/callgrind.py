"""Runs the driver under callgrind, and reads what it has counted."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.instructions.driver import UNCOUNTED
from benchmarks.instructions.gauge import MARK

ROOT = Path(__file__).parents[2]
#: Where callgrind leaves what it has counted, for whoever wants to know more.
COUNTS = Path(__file__).with_name("counts")
_OUT = "out"
_TOTAL = re.compile(r"^totals: (\d+)", re.MULTILINE)
_SECONDS = 300
#: Packages are compiled when they are first imported, which is not what an import costs.
_NO_CACHE = "PYTHONDONTWRITEBYTECODE"


class CountError(Exception):
    """Nothing could be counted; the text says why, and what to do."""


class Part(NamedTuple):
    """What a part of the work has taken. ``times`` is 0 for something that can be done but once."""

    name: str
    times: int
    instructions: int


def count(paths: Sequence[str]) -> Mapping[str, float]:
    """Instructions by path, the import and the reference included. Raises CountError."""
    _check_tools()
    environment = {name: text for name, text in os.environ.items() if name != _NO_CACHE}
    environment["PYTHONHASHSEED"] = "0"
    driver = [sys.executable, "-m", "benchmarks.instructions.driver"]
    _run([*driver, UNCOUNTED, *paths], environment)  # so that everything has been compiled
    shutil.rmtree(COUNTS, ignore_errors=True)
    COUNTS.mkdir()
    parts = _run([*_callgrind(), *driver, *paths], environment)
    return instructions(_parts(json.loads(parts)))


def instructions(parts: Iterable[Part]) -> Mapping[str, float]:
    """What doing each thing once takes: what doing it more often takes more."""
    first: dict[str, Part] = {}
    counts: dict[str, float] = {}
    for part in parts:
        before = first.setdefault(part.name, part)
        if before is part:
            counts[part.name] = part.instructions
        else:
            counts[part.name] = (part.instructions - before.instructions) / (
                part.times - before.times
            )
    return counts


def parse_part(name: str, dump: str) -> Part:
    """A part by its name, with the number of times behind it, and what callgrind has written about
    it. Raises CountError."""
    total = _TOTAL.search(dump)
    if total is None:
        raise CountError(f"callgrind has written no total for '{name}'.")
    path, _, times = name.partition(" ")
    return Part(path, int(times or 0), int(total[1]))


def _parts(names: Sequence[str]) -> Iterable[Part]:
    for number, name in enumerate(names, 1):
        dump = COUNTS / f"{_OUT}.{number}"
        if name:
            yield parse_part(name, dump.read_text(encoding="utf-8"))
            dump.rename(COUNTS / name.partition(" ")[0])
        else:
            dump.unlink()


def _callgrind() -> Sequence[str]:
    return [
        *("valgrind", "--quiet", "--tool=callgrind", "--instr-atstart=no"),
        *(f"--dump-before={MARK}", f"--callgrind-out-file={COUNTS / _OUT}"),
    ]


def _check_tools() -> None:
    missing = [tool for tool in ("valgrind", "vgdb") if shutil.which(tool) is None]
    if missing:
        raise CountError(f"there is no {missing[0]} here: apt-get install valgrind")


def _run(command: Sequence[str], environment: Mapping[str, str]) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CountError(f"'{' '.join(command)}' took more than {_SECONDS} seconds.") from None
    if done.returncode:
        raise CountError(f"'{' '.join(command)}' has failed:\n{done.stderr}")
    return done.stdout
