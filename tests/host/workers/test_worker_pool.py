"""Several processes as one worker, with processes that do what a test tells them.

Specification: functions-python sections 8.1, 8.4 and 8.5.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.host.fakes import FakeWorker, function
from tests.service.wire import until
from webpubsub.host.worker import (
    AppError,
    FunctionLoadError,
    Invocation,
    InvocationResult,
    WorkerLost,
)
from webpubsub.host.workers.worker_pool import Lost, PoolMember, RestartPolicy, WorkerPool

CALL = Invocation(id="i", function_id="fn", inputs=[])
QUICK = RestartPolicy(most=3, first_wait=0.01, longest_wait=0.02, patience=0.2, drain=0.05)


class Member(FakeWorker):
    """A process that can be made to die."""

    def __init__(self, number: int, lost: Lost) -> None:
        super().__init__([function("fn")])
        self.pid = number
        self.busy = 0
        self.served = 0
        self._lost = lost
        self.release = asyncio.Event()

    async def invoke(self, invocation: Invocation) -> InvocationResult:
        self.served += 1
        self.busy += 1
        try:
            await self.release.wait()
        finally:
            self.busy -= 1
        return InvocationResult(return_value=self.pid)

    def die(self) -> None:
        self._lost(self, asyncio.sleep(0.01, "signal SIGKILL"))


class Setup:
    """A pool, and the processes it started; ``broken`` are the numbers of those that do not come
    up."""

    def __init__(self, size: int = 2, policy: RestartPolicy = QUICK) -> None:
        self.members: list[Member] = []
        self.broken: set[int] = set()
        self.spent: Callable[[PoolMember], None] = lambda _: None
        self.pool = WorkerPool(self._new, size, policy)

    def _new(self, lost: Lost, spent: Callable[[PoolMember], None]) -> PoolMember:
        member = Member(len(self.members), lost)
        self.spent = spent
        if member.pid in self.broken:
            member.index_error = AppError("it is broken")
        self.members.append(member)
        return member

    async def start(self) -> None:
        (found,) = await self.pool.index(Path())
        await self.pool.load(found)

    def release(self) -> None:
        for member in self.members:
            member.release.set()

    async def until_ready(self, *numbers: int) -> None:
        await until(lambda: list(self.pool.pids) == list(numbers))


async def test_calls_go_to_the_least_busy() -> None:
    """And in turn where that is equal. Every process has loaded the functions."""
    setup = Setup(3)
    await setup.start()
    assert [member.loaded for member in setup.members] == [["fn"]] * 3
    tasks = [asyncio.ensure_future(setup.pool.invoke(CALL)) for _ in range(4)]
    await asyncio.sleep(0)
    assert [member.busy for member in setup.members] == [2, 1, 1]
    setup.members[0].release.set()
    await asyncio.wait(tasks[:1])
    tasks.append(asyncio.ensure_future(setup.pool.invoke(CALL)))
    setup.release()
    assert [(await task).return_value for task in tasks] == [0, 1, 2, 0, 0]
    await setup.pool.stop()
    assert [member.stopped for member in setup.members] == [1, 1, 1]


async def test_another_one_takes_the_place_of_one_that_died(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It has loaded the same functions; the others serve meanwhile."""
    setup = Setup()
    await setup.start()
    setup.release()
    setup.members[0].die()
    assert (await setup.pool.invoke(CALL)).return_value == 1
    await setup.until_ready(1, 2)
    assert setup.members[2].loaded == ["fn"]
    assert "Worker process 0 has died: signal SIGKILL." in caplog.text
    await setup.pool.stop()


async def test_calls_wait_for_the_only_process_to_be_replaced() -> None:
    """For a while: they fail with WorkerLost when there is none in time."""
    setup = Setup(1)
    await setup.start()
    setup.members[0].die()
    task = asyncio.ensure_future(setup.pool.invoke(CALL))
    await setup.until_ready(1)
    await asyncio.sleep(0)
    setup.release()
    assert (await task).return_value == 1
    await setup.pool.stop()


async def test_the_number_of_deaths_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """A process that cannot come up counts; then the error is clear and calls fail at once."""
    setup = Setup(1)
    setup.broken = {1, 2, 3, 4, 5, 6, 7}
    await setup.start()
    setup.members[0].die()
    with pytest.raises(WorkerLost, match="no worker process"):
        await setup.pool.invoke(CALL)
    await until(lambda: "no other one is started" in caplog.text)
    assert len(setup.members) == 1 + QUICK.most
    assert "did not come up: it is broken" in caplog.text
    with pytest.raises(WorkerLost):
        await setup.pool.invoke(CALL)
    await setup.pool.stop()


async def test_a_spent_process_is_replaced_and_let_go() -> None:
    """What runs in it has some seconds to end; it is no death."""
    setup = Setup(1)
    await setup.start()
    old = setup.members[0]
    task = asyncio.ensure_future(setup.pool.invoke(CALL))
    await asyncio.sleep(0)
    setup.spent(old)
    setup.spent(old)
    await setup.until_ready(1)
    assert old.stopped == 0
    setup.release()
    assert (await task).return_value == 0
    await until(lambda: old.stopped)
    assert (old.stopped, len(setup.members)) == (1, 2)
    await setup.pool.stop()


async def test_an_app_that_is_broken_in_one_process_is_broken() -> None:
    """Stopping the pool ends them all."""
    setup = Setup()
    setup.broken = {1}
    with pytest.raises(AppError, match="it is broken"):
        await setup.pool.index(Path())
    await setup.pool.stop()
    assert [member.stopped for member in setup.members] == [1, 1]


async def test_a_function_that_cannot_be_loaded_is_not_loaded_later() -> None:
    """Neither in a process that comes up later."""
    setup = Setup(1)
    await setup.start()
    setup.members[0].unloadable = {"bad"}
    with pytest.raises(FunctionLoadError, match="bad cannot be loaded"):
        await setup.pool.load(function("bad"))
    setup.members[0].die()
    await setup.until_ready(1)
    assert setup.members[1].loaded == ["fn"]
    await setup.pool.stop()


def test_waits_grow_and_end() -> None:
    """The first death is made up for at once."""
    policy = RestartPolicy()
    assert [policy.wait(deaths) for deaths in (1, 2, 3, 9)] == [0, 0.5, 1, 10]
