"""How long answers are waited for. Specification: upstream-events section 13."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

import pytest

from tests.service.fakes import ManualLoop
from webpubsub.service.patience import Late, Patience, pause

Waited: TypeAlias = Callable[[Patience, Awaitable[Any]], Coroutine[Any, Any, str]]


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


async def by_hand(patience: Patience, answer: Awaitable[Any]) -> str:
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


async def in_a_block(patience: Patience, answer: Awaitable[Any]) -> str:
    """The same."""
    try:
        with patience.begin():
            return str(await answer)
    except Late:
        return "late"


@pytest.fixture(params=[by_hand, in_a_block], name="waited")
def _waited(request: pytest.FixtureRequest) -> Waited:
    waited: Waited = request.param
    return waited


async def test_an_answer_in_time(waited: Waited) -> None:
    """Is passed on, an error too, and leaves nothing behind."""
    patience = Patience(5)
    assert await waited(patience, asyncio.sleep(0, "answer")) == "answer"

    async def fail() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await waited(patience, fail())
    assert patience._waiting == {}


async def test_what_does_not_come_in_time_is_cancelled(waited: Waited) -> None:
    """Each is given the whole time, whenever it began; one timer is enough."""
    clock = ManualLoop()
    patience = Patience(10, clock.asyncio)
    first = asyncio.create_task(waited(patience, never()))
    quick = asyncio.create_task(waited(patience, asyncio.sleep(0, "quick")))
    assert await quick == "quick"
    clock.advance(4)
    second = asyncio.create_task(waited(patience, never()))
    await asyncio.sleep(0)
    for seconds, late in ((5.9, []), (0.1, [first]), (3.9, [first]), (0.1, [first, second])):
        assert len(clock.waiting) == 1
        clock.advance(seconds)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        assert [task for task in (first, second) if task.done()] == late
    assert [first.result(), second.result()] == ["late", "late"]
    assert (patience._waiting, clock.waiting) == ({}, [])


async def test_the_event_loops_time_is_that_of_who_has_no_other(waited: Waited) -> None:
    """And passes by itself."""
    assert await waited(Patience(0.01), never()) == "late"


async def test_somebody_elses_cancellation_goes_on(waited: Waited) -> None:
    """It is no lack of time, not even when both happen at once."""
    patience = Patience(5)
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
async def test_a_task_goes_on_after_it(answer: Any, outcome: str, waited: Waited) -> None:
    """The cancellation is taken back, also when something was answered in spite of it."""
    patience = Patience(0.01)

    async def work() -> tuple[str, str]:
        return await waited(patience, answer()), await asyncio.sleep(0.02, "more")

    task = asyncio.create_task(work())
    assert await task == (outcome, "more")
    assert task.cancelling() == 0


async def test_a_pause_is_over_when_its_time_is() -> None:
    """Not before; and nothing is left of one that nobody needs any more."""
    clock = ManualLoop()
    first, second = (asyncio.create_task(pause(3, clock.asyncio)) for _ in range(2))
    await asyncio.sleep(0)
    clock.advance(2.9)
    await asyncio.sleep(0)
    assert not first.done()
    second.cancel()
    await asyncio.wait([second])
    assert len(clock.waiting) == 1
    clock.advance(0.1)
    await first
    await pause(0.001)
