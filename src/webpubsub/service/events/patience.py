"""How long answers are waited for, by one timer for all of them.

Everybody is given the same time, so whoever has begun to wait first is also the first whose time is
up: the timer looks at the oldest, and an answer that comes in time costs an entry of a dictionary.
Specification: upstream-events section 13.
"""

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

from webpubsub.protocol.timers import Timer, Timers

_T = TypeVar("_T")


class Patience:
    """Waits for ``seconds`` at most, by ``timers`` or else by the event loop. A task waits for one
    answer at a time."""

    def __init__(self, seconds: float, timers: Timers | None = None) -> None:
        self.seconds = seconds
        self._timers = timers
        #: Until when each task waits, the earliest first.
        self._waiting: dict[asyncio.Task[Any], float] = {}
        self._late: set[asyncio.Task[Any]] = set()
        self._timer: Timer | None = None

    async def wait(self, answer: Awaitable[_T]) -> _T:
        """The answer. Raises TimeoutError when it does not come in time; what was to make it is
        cancelled then."""
        task = asyncio.current_task()
        assert task is not None, "only tasks can wait"  # noqa: S101
        self._begin(task)
        cancelling = task.cancelling()
        try:
            return await answer
        except asyncio.CancelledError:
            # As asyncio.timeout does it: a cancellation by somebody else goes on.
            if task in self._late and task.uncancel() <= cancelling:
                raise TimeoutError from None
            raise
        finally:
            self._waiting.pop(task, None)
            self._late.discard(task)

    def _begin(self, task: asyncio.Task[Any]) -> None:
        timers = self._timers or task.get_loop()
        self._waiting[task] = timers.time() + self.seconds
        if self._timer is None:
            self._timer = timers.call_later(self.seconds, lambda: self._look(timers))

    def _look(self, timers: Timers) -> None:
        self._timer = None
        now = timers.time()
        for task, deadline in tuple(self._waiting.items()):
            if deadline > now:
                self._timer = timers.call_at(deadline, lambda: self._look(timers))
                return
            del self._waiting[task]
            self._late.add(task)
            task.cancel()
