"""The invocations that are under way, and the end of those that take too long.

Ending an invocation cancels the task that makes it, and takes the cancellation back: the task may
be that of a request or of a connection, which goes on and is answered.

Every invocation of an app has the same limit, so they expire in the order in which they began: one
timer, set for the oldest, is enough, and an invocation that ends in time has touched none.
"""

import asyncio
from contextlib import suppress
from enum import Enum

import msgspec

from webpubsub.protocol.timers import Timer, Timers


class Cut(Enum):
    """Why an invocation was ended before it had ended by itself."""

    TIMEOUT = "its time was up"
    STOPPED = "the app stops"


class RunningInvocation(msgspec.Struct, eq=False):
    """One of them. ``cut`` says why it was cancelled, if it was."""

    task: asyncio.Task[object]
    deadline: float
    cancelling: int
    cut: Cut | None = None


class RunningInvocations:
    """Counts invocations, cancels those older than ``limit`` seconds (None: never), and lets a
    caller wait for the last. Both limits and pauses go by ``timers``, or else by the event loop."""

    def __init__(self, limit: float | None, timers: Timers | None = None) -> None:
        self.limit = limit
        self._timers = timers
        self._running: dict[RunningInvocation, None] = {}
        self._timer: Timer | None = None
        #: Set when none is left, for those who wait for that.
        self._emptied: asyncio.Event | None = None
        #: That of all tasks; Python 3.11 asks the system whenever it looks for it.
        self._loop: asyncio.AbstractEventLoop | None = None
        self._closing = False
        self._pauses: set[asyncio.Event] = set()
        self.pausing = 0

    def __len__(self) -> int:
        return len(self._running)

    def begin(self) -> RunningInvocation:
        """Take on an invocation that the current task makes; ``end`` must follow."""
        task = asyncio.current_task(self._loop)
        if task is None:
            raise RuntimeError("a function is invoked in a task")
        self._loop = loop = self._loop or task.get_loop()
        timers = self._timers or loop
        deadline = 0.0 if self.limit is None else timers.time() + self.limit
        running = RunningInvocation(task, deadline, task.cancelling())
        self._running[running] = None
        if self._timer is None and self.limit is not None:
            self._timer = timers.call_at(deadline, self._expire)
        return running

    def end(self, running: RunningInvocation) -> None:
        """The invocation is over. A cancellation of ours is taken back, as ``asyncio.timeout``
        does."""
        self._running.pop(running, None)
        if running.cut is not None:
            running.task.uncancel()
        if not self._running and self._emptied is not None:
            self._emptied.set()
            self._emptied = None

    def cut(self, running: RunningInvocation) -> Cut | None:
        """What a CancelledError that arrived means; None is the caller's own cancellation."""
        return running.cut if running.task.cancelling() <= running.cancelling + 1 else None

    async def pause(self, seconds: float) -> bool:
        """Wait between two attempts, at most until ``close``. Says whether there may be another
        one. ``pausing`` counts those that wait."""
        if self._closing:
            return False
        self.pausing += 1
        over = asyncio.Event()
        timer = (self._timers or asyncio.get_running_loop()).call_later(seconds, over.set)
        self._pauses.add(over)
        try:
            await over.wait()
        finally:
            self._pauses.discard(over)
            timer.cancel()
            self.pausing -= 1
        return not self._closing

    def close(self) -> None:
        """No further attempts are made: what has failed has failed."""
        self._closing = True
        for over in self._pauses:
            over.set()

    async def wait(self, seconds: float) -> int:
        """Wait until none is left, at most so long. Says how many are."""
        if self._running:
            self._emptied = emptied = self._emptied or asyncio.Event()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await emptied.wait()
        return len(self._running)

    def cancel(self) -> None:
        """Cut those that are left, and watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for running in self._running:
            self._cut(running, Cut.STOPPED)

    def _expire(self) -> None:
        self._timer = None
        timers = self._timers or asyncio.get_running_loop()
        now = timers.time()
        for running in self._running:
            if running.cut is not None:
                continue
            if running.deadline > now:
                self._timer = timers.call_at(running.deadline, self._expire)
                return
            self._cut(running, Cut.TIMEOUT)

    def _cut(self, running: RunningInvocation, why: Cut) -> None:
        if running.cut is None:
            running.cut = why
            running.task.cancel()
