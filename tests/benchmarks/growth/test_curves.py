"""How curves grow."""

import math
from collections.abc import Callable

import pytest

from benchmarks.growth.curves import Curve, Point

SIZES = (1, 2, 4, 8, 16, 32)


def curve(cost: Callable[[int], float], linear: float | None = 1.0) -> Curve:
    """Of these costs."""
    return Curve("cost", [Point(size, cost(size)) for size in SIZES], linear)


@pytest.mark.parametrize("power", [-1, 0, 0.5, 1, 2])
def test_the_slope_is_the_power(power: float) -> None:
    """Whatever one costs."""
    assert curve(lambda size: 7 * size**power).slope == pytest.approx(power)


def test_what_is_constant_hides_nothing_that_counts() -> None:
    """The larger half decides."""
    grows = curve(lambda size: 20 + size**2)
    assert grows.slope > 1.5
    assert grows.is_worse_than_linear


@pytest.mark.parametrize(
    ("cost", "linear", "worse"),
    [
        (lambda size: size, 1.0, False),
        (lambda size: size * math.log(size + 1), 1.0, True),
        (lambda size: size**2, 1.0, True),
        (lambda size: 9, 0.0, False),
        (lambda size: 9 + size % 3 / 10, 0.0, False),
        (lambda size: size**0.5, 0.0, True),
        (lambda size: size**3, None, False),
    ],
)
def test_what_is_worse_than_linear(
    cost: Callable[[int], float], linear: float | None, worse: bool
) -> None:
    """For the whole, or for each; where more is better, nothing is."""
    assert curve(cost, linear).is_worse_than_linear is worse


def test_what_cannot_be_had_for_less_is_no_fault() -> None:
    """The sockets of a plain loop cost more, too, when there are many."""
    loop = curve(lambda size: size**0.3, None)
    assert Curve("ours", curve(lambda size: 2 * size**0.3).points, 0, loop).most == loop.slope
    assert not Curve("ours", curve(lambda size: 2 * size**0.3).points, 0, loop).is_worse_than_linear
    assert Curve("ours", curve(lambda size: size**0.6).points, 0, loop).is_worse_than_linear


def test_nothing_is_shown_without_a_sign() -> None:
    """A constant is not less than one."""
    assert curve(lambda size: 9 - size * 1e-9).growth == "0.00"


def test_nothing_has_no_logarithm() -> None:
    """The size 0 is drawn, and left out of the slope."""
    points = [Point(0, 50), *(Point(size, size) for size in SIZES)]
    assert Curve("cost", points).slope == pytest.approx(1)
