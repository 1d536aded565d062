"""How much is written to many clients before others are heard."""

from typing import NamedTuple

from webpubsub.service.websockets.outgoing.sending import BETWEEN, Batch

#: How many bytes are a piece: while others are heard, and at most while nobody is.
PIECE, LONGEST = 1 << 18, 1 << 24
#: And at most where transports are written to, between which it is not looked for others.
BLIND = 1 << 21
#: Where nobody knows whether there are any, transports are written to, which takes twice as long.
UNSEEN = PIECE // 2
#: After so many sends at most it is looked for others, while those who are heard want nothing.
SELDOM = 16


class Amount(NamedTuple):
    """So many messages to many clients, and so many bytes, each counted once."""

    messages: int
    size: int


NOTHING = Amount(0, 0)


class Piece:
    """What is left of one, in bytes. The next is longer and longer while nobody else is heard, if
    that is known. ``step`` is after how many sends it is looked for others."""

    __slots__ = ("_done", "_is_cut", "_length", "_longest", "_shortest", "batch", "left", "step")

    def __init__(self, batch: Batch) -> None:
        self.batch = batch
        self.left = 0
        self.step = BETWEEN
        self._is_cut = False
        #: What has been written to all whom it is for, and nobody has been told.
        self._done = NOTHING
        self._shortest, self._longest = (PIECE, LONGEST) if batch.can_look else (UNSEEN, UNSEEN)
        self._length = self._shortest

    def begin(self) -> None:
        """All of it is left."""
        self.left = self._length
        self._length = min(2 * self._length, self._longest)

    def spend(self, size: int) -> None:
        """So many bytes of it have been written, or what takes as long."""
        self.left -= size

    def complete(self, amount: Amount) -> None:
        """So much has been written to all whom it is for."""
        self._done = Amount(self._done.messages + amount.messages, self._done.size + amount.size)

    def take_done(self) -> Amount:
        """How much that is since the last time, whatever has gone wrong meanwhile."""
        done, self._done = self._done, NOTHING
        return done

    def shorten(self) -> None:
        """Others are to have their turns soon: no more is left than of the shortest."""
        self.left = min(self.left, self._shortest)
        self._length = self._shortest

    def be_blind(self) -> None:
        """It is written to transports: no more is left than may be without a look for others."""
        self.left = min(self.left, BLIND)

    def cut(self) -> None:
        """Others are to be heard: nothing is left."""
        self.left = 0
        self._length = self._shortest
        self._is_cut = True

    def judge(self, *, others_want_something: bool) -> None:
        """Whether those who were heard since the last one gave anybody anything to do. Clients that
        acknowledge do not, and to hear one takes as long as four sends, where several at once take
        as long as one each: then it is looked for them less often."""
        if others_want_something:
            self.step = BETWEEN
        elif self._is_cut:
            self.step = min(2 * self.step, SELDOM)
        self._is_cut = False
