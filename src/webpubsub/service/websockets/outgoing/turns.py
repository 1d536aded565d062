"""Whose turn it is among those that are written in pieces.

They take turns, piece by piece. Those that one client floods have a quarter of the time as long as
there are others, and less than that for a moment, so that a message to a hundred clients need not
wait at all. So messages to many are hardly delayed by somebody who sends without end, and what he
sends is not held up until nobody else has anything to say. It is time that counts: what is said
without end is longer, and for clients of whom the processor has forgotten more, so that to write it
takes three times as long.
"""

import time
from collections import deque
from collections.abc import Callable
from typing import Protocol

from webpubsub.service.websockets.outgoing.pieces import Piece

#: Others are written for so many times as long as what is flooded, and for so many nanoseconds
#: before it.
TIMES, AHEAD = 3, 1_000_000


class Portion(Protocol):
    """What some clients were sent together."""

    #: Whether one client has sent more of it than can be handled in a turn.
    is_flooded: bool

    @property
    def is_begun(self) -> bool:
        """Whether some of it has been written."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether all of it has been written."""
        ...

    def write(self, piece: Piece) -> None:
        """Write the next of it, at most as much as is left of a piece."""
        ...


class Turns:
    """Portions of which something is left. ``clock`` gives nanoseconds."""

    __slots__ = ("_ahead", "_calm", "_clock", "_flooded")

    def __init__(self, clock: Callable[[], int] = time.perf_counter_ns) -> None:
        self._clock = clock
        self._calm: deque[Portion] = deque()
        self._flooded: deque[Portion] = deque()
        #: For how much longer the calm ones were written than is their share.
        self._ahead = 0

    def __bool__(self) -> bool:
        return bool(self._calm or self._flooded)

    def add(self, portion: Portion) -> None:
        """One more, which has its turn after the others."""
        (self._flooded if portion.is_flooded else self._calm).append(portion)

    def remove(self, portion: Portion) -> None:
        """Forget one."""
        (self._flooded if portion in self._flooded else self._calm).remove(portion)

    def take(self, piece: Piece, *, only_begun: bool = False) -> bool:
        """Write the next, or of those that are flooded the next that has begun; returns False where
        there is none."""
        self._sort()
        flooded = self._flooded
        portion = next((one for one in flooded if one.is_begun or not only_begun), None)
        if portion is None or (self._calm and self._ahead <= 0):
            return self.take_calm(piece)
        if self._calm:
            piece.shorten()
        taken = self._write(portion, piece, flooded)
        self._ahead = max(self._ahead - TIMES * taken, -AHEAD)
        return True

    def take_calm(self, piece: Piece) -> bool:
        """Write the next that is not flooded, whosever turn it is; returns False where there is
        none."""
        self._sort()
        if not self._calm:
            return False
        taken = self._write(self._calm[0], piece, self._calm)
        if self._flooded:
            # It may have been the system that took its time.
            self._ahead = min(self._ahead + taken, TIMES * AHEAD)
        return True

    def _sort(self) -> None:
        while self._calm and self._calm[0].is_flooded:
            self._flooded.append(self._calm.popleft())

    def _write(self, portion: Portion, piece: Piece, portions: deque[Portion]) -> int:
        """Returns how long it took."""
        begun = self._clock()
        portion.write(piece)
        portions.remove(portion)
        if not portion.is_over:
            self.add(portion)
        return self._clock() - begun
