"""What was measured for each size, and how it grows.

In a plot with two logarithmic axes, what grows with a power of the size is a straight line, and its
slope is that power: 0 is constant, 1 linear, 2 quadratic. Whatever is constant hides what grows
while sizes are small. So the slope is that of the larger half of the sizes.
"""

import math
from collections.abc import Sequence
from statistics import linear_regression
from typing import NamedTuple

import msgspec

#: What the slope may be beyond that of linear growth: measurements differ that much.
TOLERANCE = 0.15
_LEAST_POINTS = 3


class Point(NamedTuple):
    """A size, and what was measured for it."""

    size: float
    value: float


class Curve(msgspec.Struct, frozen=True):
    """What grows. ``linear`` is the slope of linear growth: 1, and 0 for a cost that is divided by
    the size already; None for what may grow as it likes. What does nothing but the least, and grows
    too, is its ``floor``."""

    label: str
    points: Sequence[Point]
    linear: float | None = 1.0
    floor: "Curve | None" = None

    @property
    def slope(self) -> float:
        """The power of the size with which it grows."""
        points = [point for point in self.points if point.size > 0 and point.value > 0]
        half = points[-max(_LEAST_POINTS, (len(points) + 1) // 2) :]
        sizes = [math.log(point.size) for point in half]
        return linear_regression(sizes, [math.log(point.value) for point in half]).slope

    @property
    def most(self) -> float | None:
        """The slope that is still good."""
        if self.linear is None or self.floor is None:
            return self.linear
        return max(self.linear, self.floor.slope)

    @property
    def is_worse_than_linear(self) -> bool:
        """Whether something grows faster than what it is done for."""
        return self.most is not None and self.slope > self.most + TOLERANCE

    @property
    def growth(self) -> str:
        """The slope as it is shown."""
        return f"{round(self.slope, 2) + 0.0:.2f}"  # no -0.00


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One pair of axes, and the curves in it."""

    title: str
    x_label: str
    y_label: str
    curves: Sequence[Curve]
