"""What is compared with what, and when that is too much."""

from pathlib import Path

import msgspec
import pytest

from benchmarks.instructions.baseline import Baseline, BaselineError, Change, changes
from benchmarks.instructions.driver import IMPORT, REFERENCE
from benchmarks.instructions.paths import PATHS
from benchmarks.instructions.report import BASELINE

COUNTS = {"reference": 1000.0, "connect": 5000.0}


def test_a_baseline_is_kept_in_a_file(tmp_path: Path) -> None:
    """In whole instructions."""
    file = tmp_path / "baseline.json"
    Baseline.here({**COUNTS, "connect": 5000.4}).write(file)
    assert Baseline.read(file) == Baseline.here(COUNTS)


def test_the_same_counts_are_no_change() -> None:
    """The reference is not a path."""
    assert changes(Baseline.here(COUNTS), COUNTS) == [Change("connect", 5000.0, 5000.0)]


def test_counts_of_another_build_compare_by_the_reference() -> None:
    """Twice as many for everything is the same code."""
    (change,) = changes(Baseline.here(COUNTS), {"reference": 2000.0, "connect": 10_000.0})
    assert change == Change("connect", 10_000.0, 10_000.0)
    assert not change.is_to_be_mended


@pytest.mark.parametrize(
    ("now", "regression", "improvement"),
    [
        (5000.0, False, False),
        (5490.0, False, False),
        (5510.0, True, False),
        (4510.0, False, False),
        (4490.0, False, True),
    ],
)
def test_a_tenth_is_let_pass(now: float, regression: bool, improvement: bool) -> None:
    """More is to be mended, and less to be kept."""
    (change,) = changes(Baseline.here(COUNTS), {**COUNTS, "connect": now})
    assert change.is_regression is regression
    assert change.is_to_be_mended is regression
    assert change.is_improvement is improvement


def test_a_path_without_a_baseline_is_to_be_mended() -> None:
    """Otherwise nobody would notice that it is not watched."""
    (_, new) = changes(Baseline.here(COUNTS), {**COUNTS, "event": 7.0})
    assert new.before is None
    assert new.is_to_be_mended
    assert not new.is_regression


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (None, "there is no baseline"),
        ("{", "is no baseline"),
        ('{"python": "3.11"}', "is no baseline"),
        ('{"python": "2.7", "build": "", "instructions": {}}', "was made with Python 2.7"),
    ],
)
def test_what_cannot_be_compared_with_is_named(
    tmp_path: Path, text: str | None, complaint: str
) -> None:
    """With what to do about it."""
    file = tmp_path / "baseline.json"
    if text is not None:
        file.write_text(text)
    with pytest.raises(BaselineError, match=complaint):
        Baseline.read(file)


def test_the_baseline_of_the_repository_is_one_of_its_paths() -> None:
    """Whatever Python runs this test. A path that is not in it yet is to be mended, says the
    command."""
    kept = msgspec.json.decode(BASELINE.read_bytes(), type=Baseline)
    assert {IMPORT, REFERENCE} <= set(kept.instructions) <= {IMPORT, REFERENCE, *PATHS}
    assert all(count > 0 for count in kept.instructions.values())
