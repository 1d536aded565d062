"""What is drawn: the points, the ticks of the axes, and words that an SVG must escape."""

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure

from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.plot import draw, draw_panel, label, short

TEXT = "{http://www.w3.org/2000/svg}text"
LINEAR = [Point(size, 2.0 * size) for size in (1, 2, 4, 8)]
CONSTANT = [Point(size, 3.0) for size in (1, 2, 4, 8)]


def _panel(*curves: Curve, title: str = "Title") -> Panel:
    return Panel(title=title, x_label="members", y_label="µs", curves=curves)


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (0, "0"),
        (0.25, "0.25"),
        (3.14159, "3.1"),
        (9.9, "9.9"),
        (10, "10"),
        (1000, "1,000"),
        (1024, "1 Ki"),
        (1025, "1,025"),
        (18_000, "18,000"),
        (65_536, "64 Ki"),
        (1 << 20, "1 Mi"),
        (3 << 20, "3 Mi"),
        ((1 << 20) + 1024, "1025 Ki"),
    ],
)
def test_numbers_are_short(value: float, shown: str) -> None:
    """Powers of 1,024 are bytes."""
    assert short(value) == shown


@pytest.mark.parametrize(
    ("points", "shown"),
    [
        (LINEAR, "cost (slope 1.00)"),
        (CONSTANT, "cost (slope 0.00)"),
        ([Point(size, size**2) for size in (1, 2, 4, 8)], "cost (slope 2.00)"),
    ],
)
def test_a_curve_says_how_it_grows(points: Sequence[Point], shown: str) -> None:
    """In the legend."""
    assert label(Curve("cost", points)) == shown


@pytest.mark.parametrize(
    ("points", "scales", "sizes", "top"),
    [
        (CONSTANT, ("log", "linear"), [1, 2, 4, 8], 3 * 1.35),
        # Eight times as much is still seen from nothing on.
        (LINEAR, ("log", "linear"), [1, 2, 4, 8], 16 * 1.35),
        ([*LINEAR, Point(16, 32)], ("log", "log"), [1, 2, 4, 8, 16], None),
        # A size of nothing has no logarithm.
        ([Point(0, 1), *CONSTANT], ("symlog", "linear"), [0, 1, 2, 4, 8], 3 * 1.35),
        # At most seven ticks, of which the last is the largest size.
        ([Point(size, 1) for size in range(1, 10)], ("log", "linear"), [1, 3, 5, 7, 9], 1.35),
    ],
)
def test_axes_fit_what_was_measured(
    points: Sequence[Point], scales: tuple[str, str], sizes: Sequence[float], top: float | None
) -> None:
    """All points are on them, as they are."""
    axes = Figure().subplots()
    draw_panel(axes, _panel(Curve("cost", points)))
    (line,) = axes.get_lines()
    assert np.asarray(line.get_xydata()).tolist() == [list(point) for point in points]
    assert (axes.get_xscale(), axes.get_yscale()) == scales
    assert list(axes.get_xticks()) == sizes
    if top is not None:
        assert axes.get_ylim() == pytest.approx((0, top))


def test_an_image_has_the_words_of_all_panels(tmp_path: Path) -> None:
    """Whatever is in them; and the same figures make the same image."""
    panels = [
        _panel(Curve("a < b & c", LINEAR), Curve('"quoted"', CONSTANT), title="<script>"),
        _panel(Curve("other", CONSTANT), title="Second"),
    ]
    once, again = tmp_path / "once.svg", tmp_path / "again.svg"
    draw(panels, once)
    draw(panels, again)
    assert once.read_bytes() == again.read_bytes()
    words = {"".join(text.itertext()).strip() for text in ET.parse(once).iter(TEXT)}
    labels = {label(curve) for panel in panels for curve in panel.curves}
    assert words >= {"<script>", "Second", "members", "µs", "1", "2", "4", "8", *labels}
    assert not re.search(r"<dc:date>|<script", once.read_text())
