"""The threads that run functions. Specification: functions-python sections 8.1 and 8.5."""

import asyncio
import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest

from tests.service.wire import until
from webpubsub.host.python.threads import FunctionThreads, ThreadCall, thread_count

SETTING = "PYTHON_THREADPOOL_THREAD_COUNT"


@pytest.fixture
def few() -> Iterator[list[FunctionThreads]]:
    """Those that a test has begun, which end with it."""
    begun: list[FunctionThreads] = []
    yield begun
    for threads in begun:
        threads.stop()


def begin(few: list[FunctionThreads], most: int | None) -> FunctionThreads:
    """At most so many threads."""
    few.append(FunctionThreads(most, asyncio.get_running_loop()))
    return few[-1]


class Gate:
    """Calls that wait until they may end."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.opened = threading.Event()
        self._came = threading.Semaphore(0)

    def wait(self) -> str:
        """One of them."""
        self.names.append(threading.current_thread().name)
        self._came.release()
        self.opened.wait(10)
        return self.names[-1]

    async def entered(self, number: int) -> None:
        """Until so many more wait here."""
        for _ in range(number):
            await asyncio.to_thread(self._came.acquire, timeout=5)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [({}, 1000), ({SETTING: "1"}, 1), ({SETTING: " 20 "}, 20)],
)
def test_the_setting_decides(environment: dict[str, str], expected: int) -> None:
    """Without it there are as many as the real host presets."""
    assert thread_count(environment) == expected


@pytest.mark.parametrize("text", ["0", "-1", "many", "", "1.5"])
def test_a_wrong_setting_is_told(text: str, caplog: pytest.LogCaptureFixture) -> None:
    """Python's own default is used, with a warning that names the setting."""
    assert thread_count({SETTING: text}) is None
    assert SETTING in caplog.text


async def test_threads_begin_when_they_are_needed(few: list[FunctionThreads]) -> None:
    """Never more than are allowed; what waits for one has its turn, in order."""
    threads, gate = begin(few, 2), Gate()
    for _ in range(3):
        name = await threads.begin(lambda: threading.current_thread().name).future
        assert name == "function_0"
    calls = [threads.begin(gate.wait) for _ in range(4)]
    await gate.entered(2)
    assert sorted(gate.names) == ["function_0", "function_1"]
    assert [call.ended for call in calls] == [False] * 4
    gate.opened.set()
    await asyncio.gather(*(call.future for call in calls))
    assert len(gate.names) == 4
    assert set(gate.names) == {"function_0", "function_1"}


@pytest.mark.parametrize("error", [KeyError("x"), SystemExit(1), asyncio.CancelledError()])
async def test_what_is_raised_is_raised(few: list[FunctionThreads], error: BaseException) -> None:
    """Whatever it is, and the thread goes on."""

    def fail() -> None:
        raise error

    threads = begin(few, 1)
    with pytest.raises(type(error)):
        await threads.begin(fail).future
    assert await threads.begin(lambda: 1).future == 1


async def test_the_end_of_an_iterator_is_told_as_what_it_is(few: list[FunctionThreads]) -> None:
    """It would end whatever awaits the call."""
    iterator: Iterator[int] = iter(())
    with pytest.raises(RuntimeError, match="StopIteration") as raised:
        await begin(few, 1).begin(lambda: next(iterator)).future
    assert isinstance(raised.value.__cause__, StopIteration)


async def test_what_waits_can_be_cancelled(few: list[FunctionThreads]) -> None:
    """It never begins then; what runs goes on, and its result is nobody's."""
    threads, gate = begin(few, 1), Gate()
    running, waiting = threads.begin(gate.wait), threads.begin(gate.wait)
    await gate.entered(1)
    for call, expected in ((running, False), (waiting, True)):
        call.future.cancel()
        assert threads.cancel(call) is expected
    gate.opened.set()
    assert await threads.begin(lambda: 1).future == 1
    assert threads.cancel(running)  # it has ended, and holds no thread
    assert len(gate.names) == 1


async def test_stopping_leaves_what_runs(few: list[FunctionThreads]) -> None:
    """What waits is cancelled, and threads end once they are free."""
    threads, gate = begin(few, 1), Gate()
    running, waiting = threads.begin(gate.wait), threads.begin(gate.wait)
    await gate.entered(1)
    (thread,) = [one for one in threading.enumerate() if one.name == "function_0"]
    threads.stop()
    with pytest.raises(asyncio.CancelledError):
        await waiting.future
    assert thread.is_alive()
    gate.opened.set()
    assert await running.future == "function_0"
    await asyncio.to_thread(thread.join, 5)
    assert not thread.is_alive()


async def test_the_loop_is_told_of_many_at_once(few: list[FunctionThreads]) -> None:
    """Of all that have ended since it last looked."""
    threads, told = begin(few, 8), []

    class Loop:
        def call_soon_threadsafe(self, callback: Any) -> None:
            told.append(callback)

    threads._loop = Loop()  # type: ignore[assignment]
    loop = asyncio.get_running_loop()
    calls = [ThreadCall(lambda: 1, loop.create_future()) for _ in range(3)]
    for call in calls:
        call.run()
        threads._end(call)
    assert len(told) == 1
    told[0]()
    assert [call.future.result() for call in calls] == [1, 1, 1]
    threads._end(calls[0])
    assert len(told) == 2


def test_nobody_need_be_there_any_more() -> None:
    """A call that ends after its loop has been closed harms nobody."""
    gate = Gate()

    async def leave() -> tuple[FunctionThreads, ThreadCall]:
        threads = FunctionThreads(1, asyncio.get_running_loop())
        call = threads.begin(gate.wait)
        await gate.entered(1)
        return threads, call

    threads, call = asyncio.run(leave())
    gate.opened.set()
    threads.stop()
    for thread in threading.enumerate():
        if thread.name == "function_0":
            thread.join(5)
    assert call.ended


@pytest.mark.parametrize("fails", [False, True])
async def test_nothing_is_kept(few: list[FunctionThreads], fails: bool) -> None:
    """Neither arguments nor results, while the thread waits for another call."""

    class Thing:
        pass

    def call(thing: Thing) -> Thing:
        if fails:
            raise ValueError
        return thing

    async def begun() -> "weakref.ref[Thing]":
        thing = Thing()
        results = await asyncio.gather(
            threads.begin(lambda: call(thing)).future, return_exceptions=True
        )
        assert isinstance(results[0], ValueError if fails else Thing)
        return weakref.ref(thing)

    def is_gone() -> bool:
        if fails:
            gc.collect()  # a traceback and its frames refer to each other
        return made() is None

    threads = begin(few, 1)
    made = await begun()
    await until(is_gone)
