"""The event loop of tests that no other plugin runs, and of their fixtures: one for each test,
made when it is first needed and leased to whoever needs it."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

_LOOPS = str(Path(asyncio.__file__).parent)
_T = TypeVar("_T")


class Loops:
    """Leases one loop."""

    def __init__(self) -> None:
        self._runner: asyncio.Runner | None = None

    def borrow(self) -> asyncio.AbstractEventLoop:
        """The loop, which is to run only while somebody waits for something."""
        if self._runner is None:
            self._runner = asyncio.Runner()
        return self._runner.get_loop()

    def run(self, coroutine: Coroutine[Any, Any, _T]) -> _T:
        """The result of a coroutine, with the context that those before it have left."""
        self.borrow()
        assert self._runner is not None, "it has just been borrowed"  # noqa: S101
        return self._runner.run(coroutine)

    def give_back(self) -> None:
        """Nobody needs the loop any more: it is closed, and what runs in it is cancelled."""
        runner, self._runner = self._runner, None
        if runner is not None:
            with suppress(RuntimeError):  # somebody else has closed it
                runner.close()


def without_loop(trace: TracebackType | None) -> TracebackType | None:
    """A traceback from where it has left the event loop for the first time, and whoever ran it."""
    rest = trace
    while rest is not None and not rest.tb_frame.f_code.co_filename.startswith(_LOOPS):
        rest = rest.tb_next
    while rest is not None and rest.tb_frame.f_code.co_filename.startswith(_LOOPS):
        rest = rest.tb_next
    return trace if rest is None else rest
