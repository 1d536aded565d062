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
from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

from webpubsub.service.websockets.pieces import Piece
from webpubsub.service.websockets.runs import Run
from webpubsub.service.websockets.sending import CALL, Batch, inbound

#: So many messages to many, or bytes of them, may wait to be written before their senders do.
_FULL, _FULL_BYTES = 64, 1 << 16
#: More than so many are written at once.
_TOO_FULL, _TOO_FULL_BYTES = 256, 1 << 22


class Flushable(Hashable, Protocol):
    """The outbox of a client."""

    def flush(self, batch: Batch) -> None:
        """Send what there is."""
        ...

    def overflow(self) -> None:
        """Do what is to be done when there is too much."""
        ...


class Portion(Protocol):
    """What some clients were sent together, and is written in pieces."""

    @property
    def is_over(self) -> bool:
        """Whether all of it has been written."""
        ...

    def write(self, piece: Piece) -> None:
        """Write as much of it as is left of a piece."""
        ...


class _Ended:
    """What is left of a run: outboxes that have their turn. ``size`` in bytes is the most that
    each may have been sent in it."""

    __slots__ = ("_cost", "_outboxes")

    def __init__(self, outboxes: Sequence[Flushable], size: int) -> None:
        self._outboxes = deque(outboxes)
        self._cost = CALL + size

    @property
    def is_over(self) -> bool:
        return not self._outboxes

    def write(self, piece: Piece) -> None:
        while self._outboxes and piece.left > 0:
            self._outboxes.popleft().flush(piece.batch)
            piece.spend(self._cost)
        # What comes next must not overtake it.
        piece.batch.send()


class Flusher:
    """Flushes every outbox that has something to send."""

    __slots__ = (
        "_batch",
        "_dirty",
        "_full",
        "_is_due",
        "_is_many_due",
        "_joined",
        "_loop",
        "_parts",
        "_piece",
        "_portions",
        "_postponed",
        "_speakers",
        "_unwritten",
        "_unwritten_bytes",
        "said_to_many",
        "turns",
    )

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._is_due = False
        #: Whether there is no wait for others before the next piece.
        self._is_many_due = True
        self._dirty: list[Flushable] = []
        #: What was sent to many, each with its turn in pieces.
        self._portions: deque[Portion] = deque()
        #: Each once, in order.
        self._full: dict[Flushable, None] = {}
        self._batch = Batch(inbound(loop))
        self._piece = Piece(self._batch)
        self._postponed: list[Callable[[], None]] = []
        self._speakers: list[Callable[[], None]] = []
        self._parts: Sequence[bytes] = []
        self._joined = b""
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
        self._portions.append(run)

    def count(self, size: int) -> None:
        """A message of so many bytes was sent to many."""
        self.said_to_many += 1
        self._unwritten += 1
        self._unwritten_bytes += size

    def end(self, run: Run | None) -> None:
        """Something else is to come after what was sent in a run; harmless when it is over."""
        if run is None or run.is_over:
            return
        self._portions.remove(run)
        dirty, self._dirty = self._dirty, []
        run.end()
        if self._dirty:
            self._portions.append(_Ended(self._dirty, self._unwritten_bytes))
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
        full, self._full = self._full, {}
        for outbox in full:
            outbox.overflow()
        postponed, self._postponed = self._postponed, []
        for action in postponed:
            self._loop.call_soon(action)

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

    def _flush_dirty(self) -> None:
        dirty, self._dirty = self._dirty, []
        for outbox in dirty:
            outbox.flush(self._batch)
        self._batch.send()

    @property
    def _is_unfinished(self) -> bool:
        return bool(self._unwritten or self._portions)

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
        piece, portions = self._piece, self._portions
        piece.begin()
        while portions and piece.left > 0:
            portions[0].write(piece)
            if portions[0].is_over:
                portions.popleft()
            else:
                portions.rotate(-1)
            if portions and piece.left > 0 and self._batch.others_wait():
                piece.cut()
        self._flush_dirty()
        if not portions:
            self._unwritten = self._unwritten_bytes = 0

    def _be_due(self) -> None:
        self._is_due = True
        self._loop.call_soon(self.flush)
