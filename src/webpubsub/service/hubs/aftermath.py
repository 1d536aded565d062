"""Operations that follow from others.

Carrying out an operation can end a session, and the end of a session can ask for more operations,
which can end more sessions. What follows waits until what it follows from is done, so that everyone
sees the two in the same order, and so that the depth of the stack does not grow with the number of
sessions that fall.
"""

from collections import deque
from collections.abc import Callable, Iterable

from webpubsub.protocol.operations import HubOperation


class Aftermath:
    """Has operations carried out by ``perform``, one after another."""

    __slots__ = ("_perform", "_waiting", "_working")

    def __init__(self, perform: Callable[[HubOperation], object]) -> None:
        self._perform = perform
        self._waiting: deque[HubOperation] = deque()
        self._working = False

    def add(self, operations: Iterable[HubOperation]) -> None:
        """Have operations carried out, before this returns unless others are being carried out."""
        self._waiting.extend(operations)
        if self._working:
            return
        self._working = True
        try:
            while self._waiting:
                self._perform(self._waiting.popleft())
        finally:
            self._working = False
