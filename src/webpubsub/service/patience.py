"""How long answers are waited for, by one timer for all of them.

Everybody is given the same time, so whoever has begun to wait first is also the first whose time is
up: the timer looks at the oldest, and an answer that comes in time costs an entry of a dictionary.
Specification: upstream-events section 13.
"""

import asyncio
from itertools import takewhile
from types import TracebackType
from typing import Any

import msgspec

from webpubsub.protocol.timers import Timer, Timers


class Late(Exception):
    """The time for an answer is up."""


class Wait(msgspec.Struct, eq=False):
    """A task that waits for an answer until ``deadline``. ``is_over`` once it has been cancelled
    because of that. Its end is told to ``patience``, by who waits or by the end of a block, which
    then raises Late."""

    patience: "Patience"
    task: asyncio.Task[Any]
    deadline: float
    cancelling: int
    is_over: bool = False

    @property
    def is_late(self) -> bool:
        """What a CancelledError that has arrived means: the time is up, and nobody else has
        cancelled the task."""
        return self.is_over and self.task.cancelling() <= self.cancelling + 1

    def __enter__(self) -> None:
        """It waits."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        """It waits no more."""
        is_late = kind is asyncio.CancelledError and self.is_late
        self.patience.end(self)
        if is_late:
            raise Late from None


class Patience:
    """Waits for ``seconds`` at most, by ``timers`` or else by the event loop."""

    def __init__(self, seconds: float, timers: Timers | None = None) -> None:
        self.seconds = seconds
        self._timers = timers
        #: Those who wait, the earliest deadline first.
        self._waiting: dict[Wait, None] = {}
        self._timer: Timer | None = None
        #: That of all who wait; Python 3.11 asks the system whenever it looks for it.
        self._loop: asyncio.AbstractEventLoop | None = None

    def begin(self) -> Wait:
        """The current task waits from now on, and is cancelled when its time is up; ``end`` must
        follow, or what is given be the context of a block."""
        task = asyncio.current_task(self._loop)
        assert task is not None, "only tasks can wait"  # noqa: S101
        self._loop = loop = self._loop or task.get_loop()
        timers = self._timers or loop
        wait = Wait(self, task, timers.time() + self.seconds, task.cancelling())
        self._waiting[wait] = None
        if self._timer is None:
            self._timer = timers.call_later(self.seconds, lambda: self._look(timers))
        return wait

    def end(self, wait: Wait) -> None:
        """The task waits no more. A cancellation of ours is taken back, as ``asyncio.timeout``
        does."""
        self._waiting.pop(wait, None)
        if wait.is_over:
            wait.task.uncancel()

    def _look(self, timers: Timers) -> None:
        self._timer, now = None, timers.time()
        for wait in list(takewhile(lambda wait: wait.deadline <= now, self._waiting)):
            del self._waiting[wait]
            wait.is_over = True
            wait.task.cancel()
        first = next(iter(self._waiting), None)
        if first is not None:
            self._timer = timers.call_at(first.deadline, lambda: self._look(timers))


async def pause(seconds: float, timers: Timers | None = None) -> None:
    """Wait for nothing but that time, by ``timers`` or else by the event loop."""
    over = asyncio.Event()
    timer = (timers or asyncio.get_running_loop()).call_later(seconds, over.set)
    try:
        await over.wait()
    finally:
        timer.cancel()
