"""A clock that a test moves.

It stands still until ``advance``, so that nothing happens in between which depends on how fast the
machine is. One that flows goes with the machine's, for clients that have clocks of their own, and
``advance`` is ahead of it.
"""

import asyncio
import heapq
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from itertools import count

# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class _Alarm:
    """Something that is to happen at a time, unless it is cancelled."""

    __slots__ = ("_callback",)

    def __init__(self, callback: Callable[[], object]) -> None:
        self._callback: Callable[[], object] | None = callback

    @property
    def is_cancelled(self) -> bool:
        return self._callback is None

    def cancel(self) -> None:
        self._callback = None

    def ring(self) -> None:
        callback, self._callback = self._callback, None
        if callback is not None:
            callback()


async def _at_once() -> None:
    await asyncio.sleep(0)


class Clock:
    """The time of the service, of timer functions and of time limits. Code of the app that asks the
    machine, or sleeps by itself, is not moved by it.

    It begins at the present time of the machine.
    """

    def __init__(self, *, flows: bool = False) -> None:
        self._epoch = time.time()
        self._began = time.monotonic() if flows else None
        self._moved = 0.0
        self._alarms: list[tuple[float, int, _Alarm]] = []
        self._numbers = count()
        #: What is waited for after each thing that happens, so that what it sets going is done
        #: before the next; and in the end.
        self.follow: Callable[[], Awaitable[None]] = _at_once
        self.settle: Callable[[], Awaitable[None]] = _at_once

    async def advance(self, seconds: float) -> None:
        """Let so much time pass: everything that is due happens, each thing at its time.

        Raises ValueError for less than nothing.
        """
        if not seconds >= 0:
            raise ValueError(f"time goes forward only, and not by {seconds} seconds")
        end = self.time() + seconds
        while (due := self._next()) is not None and due <= end:
            self._move_to(due)
            self._ring(due)
            await self.follow()
        self._move_to(end)
        await self.settle()

    def now(self) -> datetime:
        """The time in UTC."""
        return datetime.fromtimestamp(self.timestamp(), UTC)

    def timestamp(self) -> float:
        """The time in seconds since the epoch."""
        return self._epoch + self.time()

    async def sleep(self, seconds: float) -> None:
        """Wait until so much time has passed."""
        over = asyncio.Event()
        alarm = self.call_later(seconds, over.set)
        try:
            await over.wait()
        finally:
            alarm.cancel()

    # As timers

    def time(self) -> float:
        """Seconds since it began."""
        flown = 0.0 if self._began is None else time.monotonic() - self._began
        return flown + self._moved

    def call_later(self, delay: float, callback: Callable[[], object], /) -> _Alarm:
        """Call back in so many seconds."""
        return self.call_at(self.time() + delay, callback)

    def call_at(self, when: float, callback: Callable[[], object], /) -> _Alarm:
        """Call back at a time; at once, if it is over."""
        alarm = _Alarm(callback)
        heapq.heappush(self._alarms, (when, next(self._numbers), alarm))
        left = when - self.time()
        if left <= 0:
            asyncio.get_running_loop().call_soon(self._ring, when)
        elif self._began is not None:
            asyncio.get_running_loop().call_later(left, self._ring, when)
        return alarm

    def _next(self) -> float | None:
        while self._alarms and self._alarms[0][2].is_cancelled:
            heapq.heappop(self._alarms)
        return self._alarms[0][0] if self._alarms else None

    def _move_to(self, moment: float) -> None:
        if self._began is None:
            self._moved = max(self._moved, moment)  # exactly, for others compare with it
        else:
            self._moved += max(0.0, moment - self.time())

    def _ring(self, due: float) -> None:
        while self._alarms and self._alarms[0][0] <= due:
            heapq.heappop(self._alarms)[2].ring()
