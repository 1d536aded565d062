"""A turnstile, so that nobody has to wait long for what takes long.

To let a client in takes as long as ten messages of one. So however many come at once, they are let
in one after the other, and not before everybody who was heard meanwhile, and what that has set
going, has had a turn of the event loop.
"""

from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
from functools import partial
from typing import Any, Protocol


class Loop(Protocol):
    """What is used of an event loop."""

    def call_soon(
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> object:
        """Call back in the next turn."""
        ...


def _nothing() -> None: ...


class Turnstile:
    """One at an event loop. ``first`` is done before anybody passes."""

    def __init__(self, loop: Loop, first: Callable[[], object] = _nothing) -> None:
        self._loop = loop
        self._first = first
        self._waiting: deque[Callable[[], object]] = deque()
        self.is_free = True
        self._context = copy_context()

    def wait(self, action: Callable[[], object]) -> None:
        """Have something done when it is its turn, which is never at once, in the present
        context."""
        self._waiting.append(partial(copy_context().run, action))
        if self.is_free:
            self.is_free = False
            self._loop.call_soon(self._pass, context=self._context)

    def _pass(self) -> None:
        if not self._waiting:
            self.is_free = True
            return
        self._loop.call_soon(self._loop.call_soon, self._pass)
        self._first()
        self._waiting.popleft()()
