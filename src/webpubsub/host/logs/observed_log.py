"""What functions log, for those who look at the host.

A function that is not async logs in a thread of its own, and others may use threads, too. Their
records are told on the event loop all the same, before the end of the invocation is. To leave them
to the loop is not enough: from Python 3.14 on, whoever waits for a thread that has ended goes on at
once.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextvars import Context, copy_context
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
        #: What threads have made and nobody was told of yet, each with where it was made.
        self._from_threads: deque[tuple[Context, logging.LogRecord, CurrentInvocation]] = deque()

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
        if invocation is None or loop is None:
            return
        if _runs_here(loop):
            if not self._telling:
                self.catch_up()
                self._tell(record, invocation)
        elif not loop.is_closed():
            self._from_threads.append((copy_context(), record, invocation))
            loop.call_soon_threadsafe(self.catch_up)

    def catch_up(self) -> None:
        """Tell, on the event loop, of what threads have made so far."""
        while self._from_threads:
            context, record, invocation = self._from_threads.popleft()
            context.run(self._tell, record, invocation)

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
