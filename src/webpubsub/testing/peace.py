"""When a world has come to rest: whatever was set going has been done.

Nothing happens in a world by itself, so it is at rest when no function runs, no event is on its way
and some turns of the event loop have brought nothing new. What takes longer than a moment of the
machine, such as a function that waits for something, is not waited for, and not again later.
"""

import asyncio
import time
from typing import Protocol

#: Turns of the loop that a message takes from one end of the world to the other, and then some.
_TURNS = 12
#: Turns that it takes to begin.
_FEW_TURNS = 3
#: How long what has begun is waited for, in seconds of the machine.
_MOMENT = 0.25
#: Between two looks at what nobody tells of, and at sockets.
_PAUSE = 0.001


class Bustle(Protocol):
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


class Peace:
    """With ``sockets``, things take their time on the way."""

    def __init__(self, bustle: Bustle, *, sockets: bool) -> None:
        self._bustle = bustle
        self._pause = _PAUSE if sockets else 0.0
        self._given_up = 0

    async def keep(self) -> None:
        """Let what has just happened set something going, and wait only if it does."""
        for _ in range(_FEW_TURNS):
            await asyncio.sleep(0)
        if self._busy > self._given_up:
            await self.come()

    async def come(self) -> None:
        """Wait until there is peace, or until a moment has passed."""
        deadline = time.monotonic() + _MOMENT
        quiet = 0
        while quiet < _TURNS:
            self._given_up = min(self._given_up, self._busy)
            quiet = quiet + 1 if self._busy <= self._given_up else 0
            left = deadline - time.monotonic()
            if left < 0:
                self._given_up = self._busy
            elif quiet or not self._bustle.running:
                await asyncio.sleep(self._pause if quiet else _PAUSE)
            elif self._given_up:
                await asyncio.sleep(_PAUSE)  # they will not all end
            else:
                await self._bustle.until_none_runs(left)

    @property
    def _busy(self) -> int:
        return self._bustle.running + self._bustle.is_asked
