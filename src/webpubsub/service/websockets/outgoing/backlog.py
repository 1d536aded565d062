"""What was sent to many clients and is not written yet.

It consists of portions, for clients each, that have their turns in pieces. Who sends faster than it
is written waits from some level on. Nobody can be told to wait who sends by the REST API or in
answer to an event: from another level on it is written all at once, and nobody is heard meanwhile.
Specification: client-protocols section 2.1.
"""

from collections import deque
from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import Protocol

from webpubsub.service.websockets.outgoing.pieces import Amount, Piece
from webpubsub.service.websockets.outgoing.runs import Run
from webpubsub.service.websockets.outgoing.sending import CALL, Batch
from webpubsub.service.websockets.outgoing.turns import Turns

#: From so many messages on, or so many bytes, whoever has sent some of it waits.
FULL = Amount(64, 1 << 16)
#: From here on, it is written at once.
TOO_FULL = Amount(257, 1 << 22)


class Flushable(Hashable, Protocol):
    """The outbox of a client."""

    def flush(self, batch: Batch) -> int:
        """Send what there is; returns how many bytes that is."""
        ...

    def overflow(self) -> None:
        """Do what is to be done when there is too much."""
        ...


class _Ended:
    """Outboxes, in which is what was left of a run, and what has come since."""

    __slots__ = ("_left", "_outboxes", "is_flooded")

    is_begun = True

    def __init__(self, outboxes: Sequence[Flushable], is_flooded: bool, left: Amount) -> None:
        self._outboxes = deque(outboxes)
        self.is_flooded = is_flooded
        self._left = left

    @property
    def is_over(self) -> bool:
        return not self._outboxes

    def write(self, piece: Piece) -> None:
        piece.be_blind()
        while self._outboxes and piece.left > 0:
            piece.spend(CALL + self._outboxes.popleft().flush(piece.batch))
        # What comes next must not overtake it.
        piece.batch.send()
        if self.is_over:
            piece.complete(self._left)


class Backlog:
    """Portions that have their turns, and who waits until there is less of them."""

    __slots__ = (
        "_interjected",
        "_last",
        "_messages",
        "_piece",
        "_size",
        "_turns",
        "_waited_since",
        "_waiting",
        "said",
    )

    def __init__(self, batch: Batch) -> None:
        self._turns = Turns()
        self._piece = Piece(batch)
        #: One that is short, because its batch looks for nobody: it is known that others wait.
        self._interjected = Piece(Batch())
        #: Of what was said and has not been written to all whom it is for.
        self._messages = self._size = 0
        #: What was said in last, and who waits.
        self._last: Run | None = None
        self._waiting: list[Callable[[], None]] = []
        #: How many messages there were since the start, and how many when something was last
        #: written whether it had begun or not.
        self.said = self._waited_since = 0

    def __bool__(self) -> bool:
        return bool(self._messages or self._turns)

    @property
    def is_due(self) -> bool:
        """Whether there is something to be done."""
        return bool(self or self._waiting)

    def begin(self, run: Run) -> None:
        """Have what is said in a run written."""
        self._turns.add(run)

    def count(self, run: Run) -> None:
        """A message was said in a run."""
        self._last = run
        self.said += 1
        self._messages += 1
        self._size += run.sizes[-1]

    def replace(self, run: Run, outboxes: Sequence[Flushable], left: Amount) -> None:
        """Have these flushed, in which is what was left of a run."""
        self._turns.remove(run)
        if outboxes:
            self._turns.add(_Ended(outboxes, run.is_flooded, left))
        else:
            self._subtract(left)

    def wait(self, action: Callable[[], None]) -> None:
        """Have something done as soon as it is not full, by who has just said something, and has
        more to say than can be handled in a turn."""
        self._waiting.append(partial(self._go_on, action))
        self._mark_flood()

    def _go_on(self, action: Callable[[], None]) -> None:
        """The end of a flood is one, too, however little it is."""
        said = self.said
        action()
        if self.said > said:
            self._mark_flood()

    def _mark_flood(self) -> None:
        if self._last is not None:
            self._last.is_flooded = True

    def judge(self, *, others_want_something: bool) -> None:
        """Whether those who were heard since the last piece gave anybody anything to do."""
        self._piece.judge(others_want_something=others_want_something)

    def write(self) -> None:
        """Write a piece. What is flooded waits for more that can be written with it, but not for
        longer than until others have said much."""
        more_may_come = bool(self._waiting) and not self._has_reached(FULL)
        only_begun = more_may_come and self.said < self._waited_since + FULL.messages
        if not only_begun:
            self._waited_since = self.said
        self._write_piece(only_begun=only_begun)
        while self._has_reached(TOO_FULL):
            self._write_piece()

    def interject(self) -> None:
        """Write a short piece of what is not flooded, though others wait."""
        self._interjected.begin()
        self._turns.take_calm(self._interjected)
        self._subtract(self._interjected.take_done())

    def admit(self) -> Sequence[Callable[[], None]]:
        """What need not wait any more."""
        if self._has_reached(FULL):
            return ()
        admitted, self._waiting = self._waiting, []
        return admitted

    def _has_reached(self, level: Amount) -> bool:
        return self._messages >= level.messages or self._size >= level.size

    def _write_piece(self, *, only_begun: bool = False) -> None:
        piece, turns = self._piece, self._turns
        piece.begin()
        while piece.left > 0 and turns.take(piece, only_begun=only_begun):
            if turns and piece.left > 0 and piece.batch.others_wait():
                piece.cut()
        self._subtract(piece.take_done())

    def _subtract(self, done: Amount) -> None:
        self._messages -= done.messages
        self._size -= done.size
        if not self._turns:
            self._last = None
