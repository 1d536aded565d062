"""Every check has its tests. Specification: functions-python section 22."""

import re
from pathlib import Path

_NAME = re.compile(r"^(?:async )?def test_check_(\d+)_\w+\(", re.MULTILINE)
_DOCSTRING = re.compile(r'"""functions-python section 22, check (\d+)\.')


def test_every_check_has_a_test_that_names_it() -> None:
    """In its name, for those who look for it, and in its first line, for those who read it."""
    named = [int(number) for text in _sources() for number in _NAME.findall(text)]
    told = [int(number) for text in _sources() for number in _DOCSTRING.findall(text)]
    assert set(named) == set(range(1, 30))
    assert told == named


def _sources() -> list[str]:
    paths = sorted(Path(__file__).parent.glob("test_*.py"))
    return [path.read_text(encoding="utf-8") for path in paths if path != Path(__file__)]
