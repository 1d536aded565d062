"""How long a server is let run before it is measured, by rates that were made up."""

from collections.abc import Sequence
from itertools import chain, repeat

import pytest

from benchmarks.load.warm_up import warm_up

SECONDS = 4.0
#: That of each slice, of which the last goes on, and after how many slices it is enough.
RATES = {
    "steady": ([100], 6),
    "falls": ([300, 200, 100], 6),
    "compiles": ([10, 10, 10, 20, 20, 20, 100], 12),
    "rises without end": ([2**n for n in range(30)], 20),
    "says nothing": ([0], 6),
}


@pytest.mark.parametrize(("rates", "enough"), RATES.values(), ids=list(RATES))
async def test_a_server_is_warm_when_it_gets_no_faster(rates: Sequence[int], enough: int) -> None:
    """Or when it has had long enough."""
    waited: list[float] = []
    amounts = chain(rates, repeat(rates[-1]))
    done = 0

    async def wait(seconds: float) -> None:
        nonlocal done
        waited.append(seconds)
        done += next(amounts)

    await warm_up(SECONDS, lambda: done, wait, lambda: sum(waited))
    assert waited == [SECONDS / 4] * enough
