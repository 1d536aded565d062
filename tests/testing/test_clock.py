"""A clock that a test moves."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest

from webpubsub.testing.clock import Clock


async def test_it_stands_still() -> None:
    """Nothing becomes due by itself, and the time is that of the machine when it began."""
    before = datetime.now(UTC)
    clock = Clock()
    rung: list[float] = []
    clock.call_later(0.001, lambda: rung.append(clock.time()))
    await asyncio.sleep(0.01)
    assert (clock.time(), rung) == (0.0, [])
    assert before <= clock.now() <= datetime.now(UTC)
    assert clock.now().timestamp() == pytest.approx(clock.timestamp())


async def test_everything_happens_at_its_time() -> None:
    """In order, what is set going on the way included, and nothing that was cancelled."""
    clock = Clock()
    rung: list[tuple[str, float]] = []

    def repeat() -> None:
        rung.append(("repeat", clock.time()))
        clock.call_later(10, repeat)

    clock.call_at(25, lambda: rung.append(("at", clock.time())))
    clock.call_later(10, repeat)
    clock.call_later(5, lambda: rung.append(("never", clock.time()))).cancel()
    start = clock.now()
    await clock.advance(30)
    assert rung == [("repeat", 10), ("repeat", 20), ("at", 25), ("repeat", 30)]
    assert clock.now() - start == timedelta(seconds=30)


async def test_whoever_sleeps_wakes_up() -> None:
    """When so much time has passed, and what follows has happened when the clock has moved."""
    clock = Clock()
    woken: list[float] = []

    async def sleeper() -> None:
        await clock.sleep(60)
        woken.append(clock.time())

    task = asyncio.create_task(sleeper())
    await asyncio.sleep(0)
    await clock.advance(59.5)
    assert not woken
    await clock.advance(0.5)
    await task
    assert woken == [60]


async def test_what_is_over_happens_at_once() -> None:
    """Without anybody moving the clock."""
    clock = Clock()
    await clock.advance(5)
    rung = asyncio.Event()
    clock.call_at(3, rung.set)
    await asyncio.wait_for(rung.wait(), 1)


async def test_one_that_flows_can_be_ahead() -> None:
    """It goes with the machine, and what is due happens by itself; moved, it is further on."""
    clock = Clock(flows=True)
    rung = asyncio.Event()
    clock.call_later(0.02, rung.set)
    began = time.monotonic()
    await asyncio.wait_for(rung.wait(), 5)
    assert time.monotonic() - began >= 0.015
    far = asyncio.Event()
    clock.call_later(1000, far.set)
    await clock.advance(1000)
    assert far.is_set()
    assert clock.time() >= 1000


@pytest.mark.parametrize("seconds", [-1, float("nan")])
async def test_it_does_not_go_back(seconds: float) -> None:
    """Nor nowhere."""
    with pytest.raises(ValueError, match="time goes forward only"):
        await Clock().advance(seconds)


async def test_it_goes_on_from_one_thing_when_that_has_been_followed() -> None:
    """Which is what a world waits for."""
    clock, seen = Clock(), list[str]()

    async def follow() -> None:
        seen.append("follow")

    async def settle() -> None:
        seen.append("settle")

    clock.follow, clock.settle = follow, settle
    clock.call_later(1, lambda: seen.append("first"))
    clock.call_later(2, lambda: seen.append("second"))
    await clock.advance(3)
    assert seen == ["first", "follow", "second", "follow", "settle"]
