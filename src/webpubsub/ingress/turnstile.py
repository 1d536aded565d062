"""A turnstile, so that nobody has to wait long for what takes long.

To let a client in, or to answer an HTTP request, takes as long as some messages of a client. So
however many of them come at once, they pass one after the other, and not before everybody who was
heard meanwhile, and what that has set going, has had a turn of the event loop. The more were heard,
the longer that took, and the more of those who wait pass at once; but not too many, for some take
longer than others. What many do one after the other is done faster than what each does by itself,
so where it matters more and more of them pass at once while nobody else is heard.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from functools import partial

#: After so many times at which nobody else was heard, one more passes at once.
_CALM = 8
#: One passes for so many others who were heard, for whom some three times as much is done.
_OTHERS = 8
#: How many ever pass at once.
MOST_AT_ONCE = 16


def _nothing() -> None: ...


def _nobody() -> int:
    return 0


class Turnstile:
    """One at an event loop. ``first`` is done before anybody passes. ``heard`` tells how often
    anybody else was heard; as long as it does not grow, up to ``most`` may pass at once."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        first: Callable[[], object] = _nothing,
        heard: Callable[[], int] = _nobody,
        most: int = 1,
    ) -> None:
        self._loop = loop
        self._first = first
        self._heard = heard
        self._most = most
        self._waiting: deque[Callable[[], object]] = deque()
        self.is_free = True
        #: How often anybody had been heard at last, and for how many times that has been so.
        self._last = heard()
        self._calm = 0
        self._context = copy_context()

    def take(self) -> bool:
        """Whether it is one's turn at once, because nobody else has just passed."""
        if not self.is_free:
            return False
        self.is_free = False
        self._loop.call_soon(self._call_soon, context=self._context)
        return True

    def wait(self, action: Callable[[], object]) -> None:
        """Have something done when it is its turn, which is never at once, in the present
        context."""
        self._queue(partial(copy_context().run, action))

    def turn(self) -> Awaitable[None]:
        """Something to wait for until it is one's turn, which is never at once."""
        turn: asyncio.Future[None] = self._loop.create_future()
        self._queue(partial(_begin, turn))
        return turn

    def _queue(self, action: Callable[[], object]) -> None:
        self._waiting.append(action)
        if self.is_free:
            self.is_free = False
            self._loop.call_soon(self._pass, context=self._context)

    def _call_soon(self) -> None:
        self._loop.call_soon(self._pass)

    def _pass(self) -> None:
        if not self._waiting:
            self.is_free = True
            return
        self._loop.call_soon(self._call_soon)
        self._first()
        for _ in range(min(self._at_once(), len(self._waiting))):
            self._waiting.popleft()()

    def _at_once(self) -> int:
        last, self._last = self._last, self._heard()
        if last != self._last:
            self._calm = 0
            return min(max(1, (self._last - last) // _OTHERS), MOST_AT_ONCE)
        self._calm += 1
        return min(1 + self._calm // _CALM, self._most)


def _begin(turn: asyncio.Future[None]) -> None:
    if not turn.done():
        turn.set_result(None)
