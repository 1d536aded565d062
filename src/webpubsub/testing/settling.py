"""When a world has come to rest: whatever was set going has been done.

Nothing happens in a world by itself, so it is at rest when no function runs, no event is on its way
and for some turns of the event loop nothing has passed anywhere. What takes longer than a moment,
such as a function that waits for something, is not waited for, and not again later.

What nobody tells of is not seen: a task that a function has begun and not awaited, a thread that it
has started, a server elsewhere that will answer later. They count once they do something.
"""

import asyncio
import time
from collections.abc import Callable
from typing import Protocol

#: Turns of the loop that a message takes from one end of the world to the other, and then some.
_TURNS = 12
#: Turns that it takes to begin.
_FEW_TURNS = 3
#: How long what has begun is waited for, in seconds of the machine.
MOMENT = 0.5
#: The most of it that one look takes: what is beyond that the machine was busy with others.
_LOOK = 0.025
#: Between two looks at what nobody tells of, and at sockets.
_PAUSE = 0.001


class Activity(Protocol):
    """What may be going on."""

    @property
    def running(self) -> int:
        """How many functions run."""
        ...

    @property
    def is_asked(self) -> bool:
        """Whether an event is on its way, or a client on its way in."""
        ...

    async def until_none_runs(self, seconds: float) -> None:
        """Wait for functions, no longer than that."""
        ...


class Settling:
    """``passed`` counts what has passed so far; with ``sockets``, things take their time on the
    way."""

    def __init__(self, activity: Activity, passed: Callable[[], int], *, sockets: bool) -> None:
        self._activity = activity
        self._passed = passed
        self._pause = _PAUSE if sockets else 0.0
        self._given_up = 0

    async def settle_briefly(self) -> None:
        """Let what has just happened set something going, and wait only if it does."""
        for _ in range(_FEW_TURNS):
            await asyncio.sleep(0)
        if self._busy > self._given_up:
            await self.settle()

    async def settle(self, within: float | None = None) -> None:
        """Wait until nothing goes on, no longer than a moment; or than so many seconds, and then
        also for what has been given up. Only those count in which this process could run."""
        if within is not None:
            self._given_up = 0
        seconds = MOMENT if within is None else within
        quiet, before = 0, self._passed()
        while quiet < _TURNS:
            self._given_up = min(self._given_up, self._busy)
            passed = self._passed()
            still = self._busy <= self._given_up and (passed == before or seconds <= 0)
            quiet, before = quiet + 1 if still else 0, passed
            if not still and seconds <= 0:
                self._given_up = self._busy
            began = time.monotonic()
            await self._look()
            seconds -= min(time.monotonic() - began, _LOOK)

    async def _look(self) -> None:
        """Let the world go on until it is worth looking again."""
        if self._busy <= self._given_up:
            await asyncio.sleep(self._pause)
        elif self._activity.running and not self._given_up:
            await self._activity.until_none_runs(_LOOK)
        else:  # an event is on its way, or they will not all end
            await asyncio.sleep(_PAUSE)

    @property
    def _busy(self) -> int:
        return self._activity.running + self._activity.is_asked
