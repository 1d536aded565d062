"""Until a server is warm: Node compiles what it runs often, and is at it for seconds."""

import time
from collections.abc import Awaitable, Callable

from benchmarks.load.meter import Figure

_COMPARED = 3
_RISING = 1.05
_MOST = 20


async def warm_up(
    measure: Callable[[float], Awaitable[Figure]],
    seconds: float,
    higher_is_better: bool = True,
    now: Callable[[], float] = time.perf_counter,
) -> None:
    """Let a server work until it is no better in the last three slices of so many ``seconds`` than
    in the three before, give or take 5 %. It takes at most 20 slices, and fewer where each takes
    longer than it should."""
    until = now() + seconds * _MOST
    rates: list[float] = []
    while now() < until and len(rates) < _MOST:
        value = (await measure(seconds)).value
        rates.append(value if higher_is_better or not value else 1 / value)
        earlier, last = rates[-2 * _COMPARED : -_COMPARED], rates[-_COMPARED:]
        if len(earlier) == _COMPARED and sum(last) <= sum(earlier) * _RISING:
            return
