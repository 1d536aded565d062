"""How long a server is let run before it is measured, by rates that were made up."""

from collections.abc import Sequence
from itertools import chain, repeat

import pytest

from benchmarks.load.meter import Figure
from benchmarks.load.warm_up import warm_up

SECONDS = 4.0
#: What each slice shows, of which the last goes on, and after how many slices it is enough.
RATES: dict[str, tuple[Sequence[float], int]] = {
    "steady": ([100], 6),
    "falls": ([300, 200, 100], 6),
    "compiles": ([10, 10, 10, 20, 20, 20, 100], 12),
    "rises without end": ([2**n for n in range(30)], 20),
    "says nothing": ([0], 6),
}


async def _waited(values: Sequence[float], late: float = 1, **options: bool) -> Sequence[float]:
    waited: list[float] = []
    following = chain(values, repeat(values[-1]))

    async def measure(seconds: float) -> Figure:
        waited.append(seconds * late)
        return Figure(next(following))

    await warm_up(measure, SECONDS, **options, now=lambda: sum(waited))
    return waited


@pytest.mark.parametrize(("rates", "enough"), RATES.values(), ids=list(RATES))
async def test_a_server_is_warm_when_it_gets_no_faster(rates: Sequence[float], enough: int) -> None:
    """Or when it has had long enough."""
    assert await _waited(rates) == [SECONDS] * enough


async def test_delays_get_shorter() -> None:
    """Where less is better."""
    delays = [1 / rate for rate in RATES["compiles"][0]]
    assert len(await _waited(delays, higher_is_better=False)) == 12


async def test_who_is_late_has_fewer_slices() -> None:
    """All of it takes no more than it should."""
    assert len(await _waited(RATES["rises without end"][0], late=5)) == 4
