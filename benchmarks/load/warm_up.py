"""Until a server is warm: Node compiles what it runs often, and is at it for seconds."""

import time
from collections.abc import Awaitable, Callable

#: As a share of the time that is measured afterwards.
_SLICE = 0.25
_COMPARED = 3
_RISING = 1.05
_MOST = 20


async def warm_up(
    seconds: float,
    done: Callable[[], float],
    wait: Callable[[float], Awaitable[object]],
    now: Callable[[], float] = time.perf_counter,
) -> None:
    """Wait until a server does no more in the last three slices of time than in the three before,
    give or take 5 %.

    A slice is a quarter of ``seconds``, which are measured afterwards; it takes at least 6 and at
    most 20. ``done`` tells how much the server has done.
    """
    rates: list[float] = []
    for _ in range(_MOST):
        before, started = done(), now()
        await wait(seconds * _SLICE)
        rates.append((done() - before) / (now() - started))
        earlier, last = rates[-2 * _COMPARED : -_COMPARED], rates[-_COMPARED:]
        if len(earlier) == _COMPARED and sum(last) <= sum(earlier) * _RISING:
            return
