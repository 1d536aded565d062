"""What is said of counts."""

from pathlib import Path

from rich.console import Console

from benchmarks.instructions.baseline import Change
from benchmarks.instructions.report import BASELINE, advice, table

SAME = Change("connect", 1000.0, 1001.0)
WORSE = Change("event", 1000.0, 1250.0)
BETTER = Change("rest", 1000.0, 500.0)
NEW = Change("import", None, 5.0)


def test_nothing_is_to_be_done_when_all_is_as_it_was() -> None:
    """Whatever is within the tolerance."""
    assert advice([SAME], BASELINE) == []


def test_a_regression_is_told_with_where_to_look() -> None:
    """By its name and how much it is."""
    regression, renewal = advice([SAME, WORSE], BASELINE)
    assert regression.startswith("'event' takes 25.0% more instructions than its baseline")
    assert regression.endswith("callgrind_annotate benchmarks/instructions/counts/event")
    assert renewal.endswith("python -m benchmarks.instructions --write")


def test_what_the_baseline_should_keep_is_told(tmp_path: Path) -> None:
    """Also into which file."""
    file = tmp_path / "mine.json"
    lines = advice([BETTER, NEW], file)
    assert [line.split(":")[0] for line in lines[:2]] == [
        "Not in the baseline yet, and so not compared",
        "Better by more than 10%, which the baseline should keep",
    ]
    assert lines[-1].endswith(f"--write --baseline {file}")


def test_the_table_has_every_path() -> None:
    """With what it took, takes, and the difference."""
    console = Console(width=120)
    with console.capture() as capture:
        console.print(table([SAME, WORSE, NEW]))
    shown = capture.get()
    assert "1,250" in shown
    assert "+25.0%" in shown
    assert "new" in shown
