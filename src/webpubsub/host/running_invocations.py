"""The invocations that are under way, and the end of those that take too long.

Every invocation of an app has the same limit, so they expire in the order in which they began: one
timer, set for the oldest, is enough, and an invocation that ends in time has touched none.
"""

import asyncio

import msgspec


class RunningInvocation(msgspec.Struct, eq=False):
    """One of them. ``expired`` says that it was cancelled because its time was up."""

    task: asyncio.Task[object]
    deadline: float
    cancelling: int
    expired: bool = False


class RunningInvocations:
    """Counts invocations, cancels those older than ``limit`` seconds (None: never), and lets a
    caller wait for the last."""

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self._running: dict[RunningInvocation, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._idle = asyncio.Event()
        self._idle.set()

    def __len__(self) -> int:
        return len(self._running)

    def begin(self) -> RunningInvocation:
        """Take on an invocation that the current task makes; ``end`` must follow."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a function is invoked in a task")
        deadline = 0.0 if self.limit is None else task.get_loop().time() + self.limit
        running = RunningInvocation(task, deadline, task.cancelling())
        if not self._running:
            self._idle.clear()
        self._running[running] = None
        if self._timer is None and self.limit is not None:
            self._timer = task.get_loop().call_at(deadline, self._expire)
        return running

    def end(self, running: RunningInvocation) -> None:
        """The invocation is over. A cancellation of ours is taken back, as ``asyncio.timeout``
        does."""
        self._running.pop(running, None)
        if running.expired:
            running.task.uncancel()
        if not self._running:
            self._idle.set()

    def is_timeout(self, running: RunningInvocation) -> bool:
        """Whether a CancelledError that arrived means that the time was up, and nothing else."""
        return running.expired and running.task.cancelling() <= running.cancelling + 1

    async def wait(self, seconds: float) -> int:
        """Wait until none is left, at most so long. Says how many are."""
        try:
            async with asyncio.timeout(seconds):
                await self._idle.wait()
        except TimeoutError:
            pass
        return len(self._running)

    def cancel(self) -> None:
        """Cancel those that are left, and watch no more."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        for running in self._running:
            running.task.cancel()

    def _expire(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        for running in self._running:
            if running.expired:
                continue
            if running.deadline > now:
                self._timer = loop.call_at(running.deadline, self._expire)
                return
            running.expired = True
            running.task.cancel()
