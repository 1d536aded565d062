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
        #: The one that runs; Python 3.11 asks the system whenever it looks for it.
        self._loop: asyncio.AbstractEventLoop | None = None

    def soon(self) -> None:
        """Have it done on the loop that runs here, the only one to do so."""
        loop = self._loop
        if loop is None or not loop.is_running():
            self._loop = loop = asyncio.get_running_loop()
        if self._due is not loop:
            self.on(loop)

    def on(self, loop: asyncio.AbstractEventLoop) -> None:
        """Have it done on this loop, which runs here; one that has stopped has not done it."""
        if self._due is not loop:
            self._due = loop
            loop.call_soon(self._wait, loop)

    def _wait(self, loop: asyncio.AbstractEventLoop) -> None:
        loop.call_soon(self._act)

    def _act(self) -> None:
        self._due = None
        self._action()
