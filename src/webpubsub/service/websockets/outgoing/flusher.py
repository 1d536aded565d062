"""When what is sent is written: once per turn of the event loop for each client, and to many in
pieces.

A system call for each of a thousand clients takes as long as a hundred events. So only some of them
are written to in one turn, fewer when others have sent something; then these are heard and answered
before the next are, and what is sent to the same clients meanwhile goes together to each of them.
Nobody is sent anything in another order because of that: what waits for its piece is in an outbox,
or in a run, which a client *leaves* before it is sent something alone. Specification:
client-protocols section 2.1.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from webpubsub.service.websockets.outgoing.backlog import Backlog, Flushable
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.outgoing.sending import Batch, inbound


class Flusher:
    """Flushes every outbox that has something to send."""

    __slots__ = (
        "_batch",
        "_full",
        "_is_due",
        "_joined",
        "_loop",
        "_marked",
        "_others_first",
        "_parts",
        "_postponed",
        "_said",
        "_written_at",
        "backlog",
        "flushes",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._batch = Batch(inbound(loop))
        #: How many flushes there were, and whether there is one at the end of this turn.
        self.flushes = 0
        self._is_due = False
        #: What is done then: outboxes to be flushed, those found too full, each once; and what is
        #: done in the next turn.
        self._marked: list[Flushable] = []
        self._full: dict[Flushable, None] = {}
        self._postponed: list[Callable[[], None]] = []
        #: What was sent to many, and whether others are to be heard before more of it is written.
        self.backlog = Backlog(self._batch)
        self._others_first = False
        #: At which flush a piece of it was.
        self._written_at = 0
        #: How many messages had been sent to many when something was to be written meanwhile.
        self._said = 0
        #: What was joined last.
        self._parts: Sequence[bytes] = []
        self._joined = b""

    @property
    def said_to_many(self) -> int:
        """How many messages were sent to many."""
        return self.backlog.said

    def mark(self, outbox: Flushable) -> None:
        """Have an outbox flushed at the end of this turn."""
        if not self._is_due:
            self._be_due()
        self._marked.append(outbox)

    def begin(self, run: Run) -> None:
        """Have what is sent in a run that rests written from the end of this turn on."""
        if not self._is_due:
            self._be_due()
        run.begin()
        self.backlog.begin(run)

    def end(self, run: Run | None) -> None:
        """Something else is to come after what was sent in a run, which is not to be used again."""
        if run is None:
            return
        if not run.is_over:
            with self._apart():
                left = run.end()
                self.backlog.replace(run, self._marked, left)
        run.disband()

    def postpone(self, action: Callable[[], None], *, to_many: bool = False) -> None:
        """Have something done when all outboxes have been flushed and everybody else has been
        heard. Who has just sent ``to_many`` waits for these, too, if too much is on its way."""
        if not self._is_due:
            self._be_due()
        if to_many:
            self.backlog.wait(action)
        else:
            self._postponed.append(action)

    def expect_overflow(self, outbox: Flushable) -> None:
        """Have an outbox that is too full for its client do what it does then."""
        self._full[outbox] = None

    def join(self, parts: list[bytes]) -> bytes:
        """The same as one. Clients of one group are often sent the same in a turn, one after the
        other, so it is joined once for all of them."""
        if parts != self._parts:
            self._parts = parts.copy()
            self._joined = b"".join(parts)
        return self._joined

    def flush(self) -> None:
        """Flush all outboxes that were marked, and write some of what was sent to many; then drop
        the clients that have left too much unread, which may close anybody's connection. Whatever
        goes wrong for one client, the others have their turns."""
        self._is_due = False
        self.flushes += 1
        try:
            self._flush_marked()
            if not self._others_first and self.backlog.is_due:
                self._flush_many()
            self._drop()
        finally:
            self._parts, self._joined = [], b""
            postponed, self._postponed = self._postponed, []
            self._do_soon(postponed)

    def interject(self) -> None:
        """Write some of what was said to many while others are still heard in this turn; unless
        these have said something to many since the last time, which goes out together with it."""
        before, self._said = self._said, self.backlog.said
        if self.backlog and before == self._said:
            with self._apart():
                self.backlog.interject()
                self._flush_marked()

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """What is marked meanwhile is told from what was before, and is not left to be flushed."""
        before, self._marked = self._marked, []
        try:
            yield
            self._marked = []
        finally:
            self._marked = before + self._marked

    def _flush_marked(self) -> None:
        marked, self._marked = self._marked, []
        rest = iter(marked)
        try:
            for outbox in rest:
                outbox.flush(self._batch)
        finally:
            # Nobody, unless one of them has raised.
            for outbox in rest:
                self.mark(outbox)
            self._batch.send()

    def _flush_many(self) -> None:
        try:
            self.backlog.write()
            # Who has something else on the way was given it.
            self._flush_marked()
        finally:
            self._do_soon(self.backlog.admit())
            if self.backlog:
                self._others_first = True
                self._written_at = self.flushes
                self._loop.call_soon(self._loop.call_soon, self._go_on)

    def _drop(self) -> None:
        while self._full:
            outbox = next(iter(self._full))
            del self._full[outbox]
            outbox.overflow()

    def _go_on(self) -> None:
        """Who was heard since the last piece, and what that has set going, has had its turn."""
        self._others_first = False
        is_flushed = self.flushes != self._written_at
        self.backlog.judge(others_want_something=self._is_due or is_flushed)
        if not self._is_due:
            self.flush()

    def _do_soon(self, actions: Sequence[Callable[[], None]]) -> None:
        """In the next turn, when those who are heard first in it have been answered."""
        if actions:
            self._loop.call_soon(self._flush_marked)
        for action in actions:
            self._loop.call_soon(action)

    def _be_due(self) -> None:
        self._is_due = True
        self._loop.call_soon(self.flush)
