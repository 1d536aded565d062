"""When what is sent is written: once per turn of the event loop for each client, and to many in
pieces.

A system call for each of a thousand clients takes as long as a hundred events. So only some of them
are written to in one turn, fewer when others have sent something; then these are heard and answered
before the next are, and what is sent to the same clients meanwhile goes together to each of them.
Nobody is sent anything in another order because of that: what waits for its piece is in an outbox,
or in a run, which a client *leaves* before it is sent something alone.

Who sends to many faster than it is written waits until it is. Nobody can be told to wait who sends
by the REST API or in answer to an event: if these send too much, it is written all at once, and
nobody is heard meanwhile. Specification: client-protocols section 2.1.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from webpubsub.service.websockets.runs import Run
from webpubsub.service.websockets.sending import CALL, LONGEST, PIECE, Batch, inbound

#: So many messages to many, or bytes of them, may wait to be written before their senders do.
_FULL, _FULL_BYTES = 64, 1 << 16
#: More than so many are written at once.
_TOO_FULL, _TOO_FULL_BYTES = 256, 1 << 22


class Flushable(Protocol):
    """The outbox of a client."""

    def flush(self, batch: Batch) -> None:
        """Send what there is."""
        ...

    def overflow(self) -> None:
        """Do what is to be done when there is too much."""
        ...


class Flusher:
    """Flushes every outbox that has something to send."""

    __slots__ = (
        "_batch",
        "_dirty",
        "_full",
        "_is_due",
        "_is_many_due",
        "_joined",
        "_later",
        "_longest",
        "_loop",
        "_most",
        "_parts",
        "_postponed",
        "_speakers",
        "_unwritten",
        "_unwritten_bytes",
        "run",
        "said_to_many",
        "turns",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._is_due = False
        #: Whether there is no wait for others before the next piece.
        self._is_many_due = True
        self._dirty: list[Flushable] = []
        #: Those who were sent something together, and have their turn in pieces.
        self._later: deque[Flushable] = deque()
        self._full: list[Flushable] = []
        self._batch = Batch(inbound(loop))
        #: How long a piece is: longer and longer while nobody else is heard, if that is known.
        self._most = PIECE
        self._longest = LONGEST if self._batch.can_look else PIECE
        self._postponed: list[Callable[[], None]] = []
        self._speakers: list[Callable[[], None]] = []
        self._parts: Sequence[bytes] = []
        self._joined = b""
        #: What is being sent to the same clients, one message after the other.
        self.run: Run | None = None
        #: How many flushes there were.
        self.turns = 0
        #: How many messages were sent to many; and since all of them were written.
        self.said_to_many = 0
        self._unwritten = 0
        self._unwritten_bytes = 0

    def mark(self, outbox: Flushable) -> None:
        """Have an outbox flushed at the end of this turn."""
        if not self._is_due:
            self._be_due()
        self._dirty.append(outbox)

    def begin(self, run: Run) -> None:
        """Have what is sent in a run flushed from the end of this turn on."""
        if not self._is_due:
            self._be_due()
        self.run = run

    def count(self, size: int) -> None:
        """A message of so many bytes was sent to many."""
        self.said_to_many += 1
        self._unwritten += 1
        self._unwritten_bytes += size

    def end_run(self) -> None:
        """Something else is to come after what was sent in a run."""
        run, self.run = self.run, None
        if run is not None:
            dirty, self._dirty = self._dirty, []
            run.end()
            self._later += self._dirty
            self._dirty = dirty

    def postpone(self, action: Callable[[], None], *, to_many: bool = False) -> None:
        """Have something done when all outboxes have been flushed and everybody else has been
        heard. Who has just sent ``to_many`` waits for these, too, if too much is on its way."""
        if not self._is_due:
            self._be_due()
        (self._speakers if to_many else self._postponed).append(action)

    def flush(self) -> None:
        """Flush all outboxes that were marked, and some of those that were sent something with
        many; then drop the clients that have left too much unread, which may close anybody's
        connection."""
        self._is_due = False
        self.turns += 1
        self._flush_dirty()
        if self._is_many_due and (self._is_unfinished or self._speakers):
            self._flush_many()
        self._parts, self._joined = [], b""
        full, self._full = self._full, []
        for outbox in full:
            outbox.overflow()
        postponed, self._postponed = self._postponed, []
        for action in postponed:
            self._loop.call_soon(action)

    def expect_overflow(self, outbox: Flushable) -> None:
        """Have an outbox that is too full for its client do what it does then."""
        self._full.append(outbox)

    def join(self, parts: list[bytes]) -> bytes:
        """The same as one. Clients of one group are often sent the same in a turn, one after the
        other, so it is joined once for all of them."""
        if parts != self._parts:
            self._parts = parts.copy()
            self._joined = b"".join(parts)
        return self._joined

    def _flush_dirty(self) -> None:
        dirty, self._dirty = self._dirty, []
        for outbox in dirty:
            outbox.flush(self._batch)
        self._batch.send()

    @property
    def _is_unfinished(self) -> bool:
        return bool(self._unwritten or self._later) or self.run is not None

    @property
    def _is_full(self) -> bool:
        return self._unwritten >= _FULL or self._unwritten_bytes >= _FULL_BYTES

    def _flush_many(self) -> None:
        """Write one piece, unless who sends has more to say that can go with it."""
        if self._is_full or not self._speakers:
            self._write_piece()
        while self._unwritten > _TOO_FULL or self._unwritten_bytes > _TOO_FULL_BYTES:
            self._write_piece()
        if not self._is_full:
            speakers, self._speakers = self._speakers, []
            for action in speakers:
                self._loop.call_soon(action)
        if self._is_unfinished:
            self._is_many_due = False
            self._loop.call_soon(self._loop.call_soon, self._resume)

    def _resume(self) -> None:
        """Who was heard since the last piece, and what that has set going, has had its turn."""
        self._is_many_due = True
        if not self._is_due:
            self.flush()

    def _write_piece(self) -> None:
        most = self._most if self.run is None or not self._later else self._most // 2
        self._most = min(2 * self._most, self._longest)
        if self.run is not None:
            if self.run.write(self._batch, most):
                self._most = PIECE
            if self.run.is_over:
                self.run = None
        while self._later and most > 0:
            self._later.popleft().flush(self._batch)
            most -= CALL + self._unwritten_bytes
        self._flush_dirty()
        if not self._later and self.run is None:
            self._unwritten = self._unwritten_bytes = 0

    def _be_due(self) -> None:
        self._is_due = True
        self._loop.call_soon(self.flush)
