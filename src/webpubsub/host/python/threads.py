"""The threads that run the functions that are not ``async``.

Python's own pool makes each call a future with a condition of its own and tells the event loop of
each result by itself, which costs more than a short function. Here a call is an entry of a queue,
and the loop is told of all that has ended since it last looked. Specification: functions-python
sections 8.1 and 8.5.
"""

import asyncio
import logging
import os
import threading
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, Final

_SETTING: Final = "PYTHON_THREADPOOL_THREAD_COUNT"
#: What the real host gives its Python worker when the setting is absent.
DEFAULT_THREADS: Final = 1000
#: How long an interpreter that ends may have to wait for threads that nobody has stopped.
_IDLE_SECONDS: Final = 5.0

_logger = logging.getLogger(__name__)


class ThreadCall:
    """One call on its way through a thread. ``future`` is its result on the loop; ``ended`` is set
    when the thread is free again."""

    __slots__ = ("_call", "_claim", "_error", "_result", "ended", "future")

    def __init__(self, call: Callable[[], Any], future: "asyncio.Future[Any]") -> None:
        self.future = future
        self.ended = False
        self._call = call
        self._claim = threading.Lock()
        self._result: Any = None
        self._error: BaseException | None = None

    def claim(self) -> bool:
        """It belongs to whoever asks first: the thread that runs it, or who cancels it."""
        return self._claim.acquire(blocking=False)

    def run(self) -> None:
        """Call, in a thread."""
        try:
            self._result = self._call()
        except StopIteration as error:  # a future cannot carry it
            self._error = RuntimeError("the function raised StopIteration")
            self._error.__cause__ = error
        except BaseException as error:  # SystemExit, too, is only a failed call
            self._error = error
        self.ended = True

    def tell(self) -> None:
        """Make the result known, on the loop, if somebody still waits."""
        error, self._error = self._error, None  # whose traceback refers to this
        if self.future.done():
            return
        if error is None:
            self.future.set_result(self._result)
        else:
            self.future.set_exception(error)


class FunctionThreads:
    """At most ``most`` threads, each of which begins when there is work for it; None is as many as
    Python's own pool would have. Results are told on ``loop``, from which alone this is used."""

    def __init__(self, most: int | None, loop: asyncio.AbstractEventLoop) -> None:
        self._most = most or min(32, (os.cpu_count() or 1) + 4)
        self._loop = loop
        self._waiting: SimpleQueue[ThreadCall | None] = SimpleQueue()
        self._ended: deque[ThreadCall] = deque()
        self._telling = False
        self._threads = 0
        #: How many calls wait or run, as far as the loop knows.
        self._calls = 0

    def begin(self, call: Callable[[], Any]) -> ThreadCall:
        """Have a thread call something. Raises RuntimeError when the system has no more threads."""
        if self._threads <= self._calls and self._threads < self._most:
            threading.Thread(target=self._work, name=f"function_{self._threads}").start()
            self._threads += 1
        self._calls += 1
        begun = ThreadCall(call, self._loop.create_future())
        self._waiting.put(begun)
        return begun

    def cancel(self, call: ThreadCall) -> bool:
        """Let a call not begin that nobody waits for. False when it runs, and goes on."""
        if call.claim():
            self._calls -= 1
            return True
        return call.ended

    def stop(self) -> None:
        """Cancel the calls that wait; what runs goes on, and nobody waits for it."""
        with suppress(Empty):
            while call := self._waiting.get_nowait():
                if self.cancel(call):
                    call.future.cancel()
        for _ in range(self._threads):
            self._waiting.put(None)

    def _work(self) -> None:
        while True:
            try:
                call = self._waiting.get(timeout=_IDLE_SECONDS)
            except Empty:
                if threading.main_thread().is_alive():
                    continue
                return
            if call is None:
                return
            if call.claim():
                call.run()
                self._end(call)
            del call  # nothing of it is kept while there is no other

    def _end(self, call: ThreadCall) -> None:
        """Who finds that the loop knows it has to look need not tell it: it takes that back before
        it looks."""
        self._ended.append(call)
        if not self._telling:
            self._telling = True
            with suppress(RuntimeError):  # the loop is closed
                self._loop.call_soon_threadsafe(self._tell)

    def _tell(self) -> None:
        self._telling = False
        while self._ended:
            self._calls -= 1
            self._ended.popleft().tell()


def thread_count(environment: Mapping[str, str]) -> int | None:
    """The number of threads, None for the default of Python, to which a wrong setting falls
    back."""
    text = environment.get(_SETTING)
    if text is None:
        return DEFAULT_THREADS
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count >= 1:
        return count
    _logger.warning(
        "%s is %r, and must be a whole number from 1. Python's own default is used.", _SETTING, text
    )
    return None


def warn_of_thread(function_name: str, _call: ThreadCall) -> None:
    """Say that a function goes on although its invocation is over."""
    _logger.warning(
        "Function '%s' runs on in its thread, which cannot be stopped, and holds it until it "
        "returns. An 'async def' function is stopped; with --workers, so is the process of a "
        "thread.",
        function_name,
    )
