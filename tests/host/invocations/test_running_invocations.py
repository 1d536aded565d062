"""Invocations that are under way, and those that take too long.

Specification: functions-python section 8.5.
"""

import asyncio

import pytest

from tests.service.fakes import ManualLoop
from webpubsub.host.invocations.running_invocations import RunningInvocations


async def run(running: RunningInvocations, seconds: float) -> str:
    """What an invocation does that takes so long."""
    mine = running.begin()
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        cut = running.cut(mine)
        if cut is None:
            raise
        return cut.name.lower()
    finally:
        running.end(mine)
    await asyncio.sleep(0)  # where a cancellation that was not taken back would arrive
    return "done"


async def test_each_has_the_limit_from_its_own_beginning() -> None:
    """Only those that take longer are cancelled, whenever they began."""
    clock = ManualLoop()
    running = RunningInvocations(10, clock.asyncio)
    first = asyncio.create_task(run(running, 30))
    quick = asyncio.create_task(run(running, 0))
    assert await quick == "done"
    clock.advance(6)
    later = asyncio.create_task(run(running, 0))
    last = asyncio.create_task(run(running, 30))
    assert await later == "done"
    clock.advance(4)
    assert await first == "timeout"
    clock.advance(5)
    await asyncio.sleep(0)
    assert not last.done()
    clock.advance(1)
    assert await last == "timeout"
    assert len(running) == 0


async def test_a_timeout_leaves_the_task_as_it_was() -> None:
    """The task may go on, as after ``asyncio.timeout``."""
    running = RunningInvocations(0.02)
    assert await run(running, 30) == "timeout"
    task = asyncio.current_task()
    assert task is not None
    assert task.cancelling() == 0
    assert await run(running, 0) == "done"


async def test_without_a_limit_nothing_is_cancelled() -> None:
    """None means never."""
    running = RunningInvocations(None)
    assert await run(running, 0.05) == "done"


async def test_another_cancellation_is_no_timeout() -> None:
    """It reaches the caller."""
    task = asyncio.create_task(run(RunningInvocations(30), 30))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_both_at_once_are_a_cancellation() -> None:
    """A caller that is cancelled while the time is up is not kept alive."""
    running = RunningInvocations(0.02)
    task = asyncio.create_task(run(running, 30))
    await asyncio.sleep(0)
    next(iter(running._running)).deadline = 0
    running._expire()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_waiting_ends_with_the_last() -> None:
    """Or after the time that is given; it says how many are left."""
    running = RunningInvocations(None)
    assert await running.wait(0) == 0
    task = asyncio.create_task(run(running, 0.05))
    await asyncio.sleep(0)
    assert await running.wait(0.01) == 1
    assert await running.wait(5) == 0
    assert await task == "done"


async def test_those_left_can_be_cut() -> None:
    """Each learns why, and its task goes on."""
    running = RunningInvocations(30)
    task = asyncio.create_task(run(running, 30))
    await asyncio.sleep(0)
    running.cancel()
    assert await task == "stopped"
    assert await running.wait(1) == 0


async def test_time_may_be_somebody_elses() -> None:
    """Then only that counts, for limits and for pauses."""
    clock = ManualLoop()
    running = RunningInvocations(60, clock.asyncio)
    task = asyncio.create_task(run(running, 30))
    pause = asyncio.create_task(running.pause(90))
    await asyncio.sleep(0)
    clock.advance(59)
    await asyncio.sleep(0)
    assert not task.done()
    clock.advance(1)
    assert await task == "timeout"
    assert not pause.done()
    clock.advance(30)
    assert await pause


async def test_nothing_waits_for_another_attempt_once_there_is_none() -> None:
    """What fails while the app stops has failed at once."""
    running = RunningInvocations(None)
    running.close()
    async with asyncio.timeout(5):
        assert not await running.pause(60)
