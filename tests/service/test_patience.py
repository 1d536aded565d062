"""How long answers are waited for. Specification: upstream-events section 13."""

import asyncio
import time
from collections.abc import Awaitable
from typing import Any

import pytest

from tests.service.fakes import ManualLoop
from webpubsub.service.patience import Patience


async def never() -> None:
    """What never answers."""
    await asyncio.Event().wait()


async def stubborn() -> str:
    """What takes its cancellation for an answer."""
    try:
        await never()
    except asyncio.CancelledError:
        return "stubborn"
    return ""


async def waited(patience: Patience, answer: Awaitable[Any]) -> str:
    """What becomes of waiting."""
    wait = patience.begin()
    try:
        return str(await answer)
    except asyncio.CancelledError:
        if not wait.is_late:
            raise
        return "late"
    finally:
        patience.end(wait)


async def test_an_answer_in_time() -> None:
    """Is passed on, an error too, and leaves nothing behind."""
    patience = Patience(5)
    assert await waited(patience, asyncio.sleep(0, "answer")) == "answer"

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await waited(patience, fail())
    assert patience._waiting == {}


async def test_what_does_not_come_in_time_is_cancelled() -> None:
    """Each is given the whole time, whenever it began; one timer is enough."""
    patience = Patience(0.2)
    began = time.monotonic()
    first = asyncio.create_task(waited(patience, never()))
    quick = asyncio.create_task(waited(patience, asyncio.sleep(0.1, "quick")))
    await asyncio.sleep(0.1)
    second = asyncio.create_task(waited(patience, never()))
    assert await first == "late"
    assert 0.19 <= time.monotonic() - began < 0.3
    assert not second.done()
    assert await second == "late"
    assert 0.29 <= time.monotonic() - began < 0.45
    assert await quick == "quick"
    assert (patience._waiting, patience._timer) == ({}, None)


async def test_somebody_elses_cancellation_goes_on() -> None:
    """It is no lack of time, not even when both happen at once."""
    patience = Patience(0.01)
    waiting = asyncio.create_task(waited(patience, never()))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    waiting = asyncio.create_task(waited(patience, never()))
    await asyncio.sleep(0)
    (wait,) = patience._waiting
    wait.deadline = 0.0
    patience._look(asyncio.get_running_loop())
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting


@pytest.mark.parametrize(("answer", "outcome"), [(never, "late"), (stubborn, "stubborn")])
async def test_a_task_goes_on_after_it(answer: Any, outcome: str) -> None:
    """The cancellation is taken back, also when something was answered in spite of it."""
    patience = Patience(0.01)

    async def work() -> tuple[str, str]:
        return await waited(patience, answer()), await asyncio.sleep(0.02, "more")

    task = asyncio.create_task(work())
    assert await task == (outcome, "more")
    assert task.cancelling() == 0


async def test_time_may_be_somebody_elses() -> None:
    """Then only that counts."""
    clock = ManualLoop()
    patience = Patience(100, clock.asyncio)
    waiting = asyncio.create_task(waited(patience, never()))
    await asyncio.sleep(0)
    clock.advance(99)
    await asyncio.sleep(0.01)
    assert not waiting.done()
    clock.advance(1)
    assert await waiting == "late"
