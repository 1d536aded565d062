"""What work costs a process."""

import os
import time

import psutil
import pytest

from benchmarks.growth.cost import clock_of, cost
from benchmarks.servers import Server


async def test_a_cost_is_the_time_of_all_servers_for_one_unit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What is done the first time is not counted."""
    server = Server("ours", psutil.Process(), 0)
    clock = 0.0
    rounds = iter([9.0, *[0.25] * 12])
    monkeypatch.setattr(time, "clock_gettime", lambda _clock: clock)

    async def work() -> int:
        nonlocal clock
        clock += next(rounds)
        return 100

    assert await cost([server, server], work, 2.0) == pytest.approx(2 * 0.25e6 / 100)
    assert next(rounds, None) is None


def test_the_clock_is_that_of_a_process() -> None:
    """Of this one, to be sure of it."""
    before = time.process_time()
    between = time.clock_gettime(clock_of(os.getpid()))
    assert before <= between <= time.process_time()
