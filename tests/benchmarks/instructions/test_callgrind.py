"""What callgrind has written, and what doing a thing once takes by it."""

import shutil

import pytest

from benchmarks.instructions import callgrind
from benchmarks.instructions.callgrind import CountError, Part, instructions, parse_part

DUMP = "version: 1\ncreator: callgrind\nevents: Ir\nfn=(1) main\n16 400\n\ntotals: 4200\n"


def test_a_part_has_a_name_a_number_of_times_and_a_total() -> None:
    """What can be done but once has no number."""
    assert parse_part("connect 30", DUMP) == Part("connect", 30, 4200)
    assert parse_part("import", DUMP) == Part("import", 0, 4200)


def test_a_dump_without_a_total_is_named() -> None:
    """Instead of being taken for nothing."""
    with pytest.raises(CountError, match="'connect 30'"):
        parse_part("connect 30", "version: 1\n")


def test_what_happens_once_drops_out() -> None:
    """700 instructions before the first of 30 times, which take 100 each."""
    parts = [Part("import", 0, 9), Part("connect", 30, 3700), Part("connect", 60, 6700)]
    assert instructions(parts) == {"import": 9, "connect": 100}


@pytest.mark.parametrize("missing", ["valgrind", "vgdb"])
def test_a_missing_tool_is_named(monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    """With how to install it."""
    monkeypatch.setattr(shutil, "which", lambda tool: None if tool == missing else tool)
    with pytest.raises(CountError, match=f"no {missing} here: apt-get install valgrind"):
        callgrind.count([])
