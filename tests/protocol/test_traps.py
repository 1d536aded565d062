"""The table of traps. ``tests/host/extensions/webpubsub/test_every_trap.py`` meets each of them."""

import re

import pytest

from webpubsub.protocol import traps
from webpubsub.protocol.traps import BY_CODE, TRAPS, Trap, starting_with

DEFINED = [value for value in vars(traps).values() if isinstance(value, Trap)]


def test_every_trap_is_in_the_table() -> None:
    """Once, under a code of its own."""
    listed = [trap for group in TRAPS.values() for trap in group]
    assert sorted(listed, key=DEFINED.index) == DEFINED
    assert len(BY_CODE) == len(DEFINED)


@pytest.mark.parametrize("trap", DEFINED, ids=lambda trap: trap.code)
def test_a_trap_reads_as_sentences(trap: Trap) -> None:
    """The code tells whose it is, and a log line is whole sentences."""
    assert re.fullmatch(r"trap\.[a-z]+\.[a-z-]+", trap.code)
    assert trap.situation.endswith(".")
    assert trap.azure[0].islower()
    assert not trap.azure.endswith(".")
    assert trap.remedy.endswith(".")


def test_the_line_for_a_log() -> None:
    """Nobody can write lines of their own into it."""
    line = traps.ANSWER_MEMBER.describe("f", "answered with 'a\nb'" + "x" * 1000)
    assert line.startswith("trap.answer.member: function 'f' answered with 'a\\nb'xxx")
    assert "\n" not in line
    assert line.endswith(f"On Azure it is dropped. {traps.ANSWER_MEMBER.remedy}")
    assert len(line) < 600
    asked = traps.ANSWER_MEMBER.describe("f", "answered with 'a'. Did you mean 'b'?")
    assert "Did you mean 'b'? On Azure" in asked


def test_the_beginning_of_a_code() -> None:
    """Whole words, in any letter case."""
    assert traps.STATES_KEPT in starting_with("trap.STATES")
    assert len(starting_with("trap")) == len(BY_CODE)
    assert starting_with("trap.st") == []
