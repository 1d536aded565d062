"""Curves as an SVG that is the same for the same figures, on paper of its own, so that it can be
read on light and on dark pages."""

import math
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter

from benchmarks.growth.curves import Curve, Panel

_COLORS = ("#3949ab", "#c2410c")
_INK, _FAINT = "#222222", "#d0d3e6"
_INCHES = (4.4, 3.0)
#: From here on an axis that begins at nothing would hide the smaller values.
_WIDE = 8.0


def draw(panels: Sequence[Panel], file: Path) -> None:
    """All panels beside each other."""
    with mpl.rc_context(
        {
            "svg.hashsalt": "webpubsub",
            "svg.fonttype": "none",
            "font.family": "sans-serif",
            "font.sans-serif": ["system-ui", "DejaVu Sans", "sans-serif"],
            "font.size": 9,
            "axes.titlesize": 10,
        }
    ):
        width, height = _INCHES
        figure = Figure(figsize=(width * len(panels), height), layout="constrained")
        for axes, panel in zip(
            figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True
        ):
            draw_panel(axes, panel)
        figure.savefig(file, format="svg", metadata={"Date": None, "Creator": None})


def draw_panel(axes: Axes, panel: Panel) -> None:
    """One pair of axes: all curves in a size and with ticks that fit them."""
    axes.set_title(panel.title, color=_INK)
    axes.set_xlabel(panel.x_label, color=_INK)
    axes.set_ylabel(panel.y_label, color=_INK)
    for color, curve in zip(_COLORS, panel.curves, strict=False):
        sizes, values = zip(*curve.points, strict=True)
        axes.plot(sizes, values, marker="o", markersize=4, color=color, label=label(curve))
    _scale_sizes(axes, sorted({point.size for curve in panel.curves for point in curve.points}))
    _scale_values(axes, [point.value for curve in panel.curves for point in curve.points])
    axes.grid(color=_FAINT, linewidth=0.6)
    axes.tick_params(colors=_INK)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, labelcolor=_INK)


def label(curve: Curve) -> str:
    """What a curve is, and how it grows."""
    return f"{curve.label} (slope {curve.growth})"


def _scale_sizes(axes: Axes, sizes: Sequence[float]) -> None:
    least = next(size for size in sizes if size > 0)
    if sizes[0] > 0:
        axes.set_xscale("log", base=2)
    else:
        axes.set_xscale("symlog", base=2, linthresh=least)
    axes.set_xticks(_thinned(sizes))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda size, _: short(size)))
    axes.xaxis.set_minor_formatter(NullFormatter())


def _scale_values(axes: Axes, values: Sequence[float]) -> None:
    if max(values) > _WIDE * min(values):
        axes.set_yscale("log")
    else:
        axes.set_ylim(0, 1.35 * max(values))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axes.yaxis.set_minor_formatter(NullFormatter())


def _thinned(sizes: Sequence[float]) -> Sequence[float]:
    """At most seven of them, the last included."""
    step = math.ceil(len(sizes) / 7)
    return sizes[::-1][::step][::-1]


def short(value: float) -> str:
    """A number that is read at a glance: powers of 1,024 are bytes."""
    for unit, name in ((1 << 20, "Mi"), (1 << 10, "Ki")):
        if value >= unit and value % unit == 0:
            return f"{value / unit:.0f} {name}"
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
