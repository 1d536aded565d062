"""What can be done when everybody has been answered."""

import asyncio
from collections.abc import Callable


class Afterwards:
    """Does something after a turn of the event loop, once however often it is asked to.

    What is sent in a turn is written at the beginning of the next one. So this comes after that:
    whoever waits for an answer does not wait for it.
    """

    def __init__(self, action: Callable[[], None]) -> None:
        self._action = action
        #: The loop on which it is about to be done.
        self._due: asyncio.AbstractEventLoop | None = None

    def on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have it done on the loop that runs here; one that has stopped has not done it."""
        if self._due is not loop:
            self._due = loop
            loop.call_soon(self._wait, loop)

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(self._act)

    def _act(self) -> None:
        self._due = None
        self._action()
