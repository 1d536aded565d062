"""What is said of curves."""

from rich.console import Console

from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.report import complaints, table

FLAT = Curve("join", [Point(size, 20) for size in (1, 10, 100)], 0)
STEEP = Curve("message", [Point(size, size**2) for size in (1, 10, 100)])
PANEL = Panel(title="Groups", x_label="groups", y_label="µs", curves=[FLAT, STEEP])


def test_the_table_has_a_row_for_each_size_and_the_slopes() -> None:
    """A column for each curve."""
    console = Console(width=120)
    with console.capture() as capture:
        console.print(table("More groups", [PANEL]))
    shown = capture.get()
    assert "10,000" in shown or "1e+04" in shown
    assert "0.00 (of 0.00)" in shown
    assert "2.00 (of 1.00)" in shown


def test_what_grows_too_fast_is_named() -> None:
    """And nothing else."""
    assert complaints({"groups": [PANEL]}) == [
        "groups: 'Groups' (message) grows with a power of 2.00, and 1.00 would be good."
    ]
