"""What functions log, for those who look at the host.

A function that is not async logs in a thread of its own. Its records are told on the event loop all
the same, before the end of its invocation is.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import TypeAlias

from webpubsub.host.current_invocation import CurrentInvocation, invocation_here

Tell: TypeAlias = Callable[[logging.LogRecord, CurrentInvocation], None]


class LogWatch(logging.Handler):
    """Tells of the records that are made during invocations, from ``begin`` to ``end``."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self._tell_of = tell
        self._loop: asyncio.AbstractEventLoop | None = None
        self._telling = False

    def begin(self) -> None:
        """Watch the log of this process, on the event loop that runs."""
        self._loop = asyncio.get_running_loop()
        logging.getLogger().addHandler(self)

    def end(self) -> None:
        """Watch no more."""
        logging.getLogger().removeHandler(self)
        self._loop = None

    def emit(self, record: logging.LogRecord) -> None:
        """Tell of a record, unless it is made by whoever is being told."""
        invocation, loop = invocation_here(), self._loop
        if invocation is None or loop is None or self._telling:
            return
        if _runs_here(loop):
            self._tell(record, invocation)
        elif not loop.is_closed():
            loop.call_soon_threadsafe(self._tell, record, invocation)

    def _tell(self, record: logging.LogRecord, invocation: CurrentInvocation) -> None:
        self._telling = True
        try:
            self._tell_of(record, invocation)
        except Exception:
            self.handleError(record)  # such as a message that does not fit its arguments
        finally:
            self._telling = False


def _runs_here(loop: asyncio.AbstractEventLoop) -> bool:
    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False
