"""Stretches: messages that a client was sent together, as many others were.

What does not depend on the client is made once and shared by all who keep it: the messages and
their sizes. What each client has of its own is one small object, however many messages there are:
sequence ids have no gaps, so they follow from the last. Specification: client-protocols sections
7.2 and 7.3.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import count, groupby
from typing import ClassVar

import msgspec

from webpubsub.protocol.messages import Delivery


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A message that its client has not acknowledged. ``size`` is what counts as its bytes.

    It is a stretch, too, of what was sent alone: then nothing needs to be shared.
    """

    sequence_id: int
    delivery: Delivery
    size: int
    count: ClassVar[int] = 1

    @property
    def last(self) -> int:
        """Its sequence id."""
        return self.sequence_id

    def behind(self, _sequence_id: int) -> "Kept":
        """It is left when an earlier one is acknowledged."""
        return self

    def messages(self) -> Iterable["Kept"]:
        """Itself."""
        return (self,)


class Together(msgspec.Struct, frozen=True, gc=False):
    """Messages that are sent one after the other; ``size`` is that of all."""

    deliveries: tuple[Delivery, ...]
    sizes: tuple[int, ...]
    size: int

    @classmethod
    def of(cls, deliveries: Sequence[Delivery], sizes: Sequence[int]) -> "Together":
        """Messages of these sizes, whatever becomes of the sequences."""
        return cls(tuple(deliveries), tuple(sizes), sum(sizes))

    def numbered(self, first: int) -> "Stretch":
        """All of them, with sequence ids from this one on."""
        count = len(self.sizes)
        return Stretch(first + count - 1, count, self.size, self)


class Stretch(msgspec.Struct, frozen=True, gc=False):
    """The last so many of some messages, one at least, that a client has not acknowledged, and the
    sequence id of the last. ``size`` is theirs.

    There are many of them, and no way from a message back to it: the garbage collector need not
    look. Messages that were acknowledged are held until the last is, too.
    """

    last: int
    count: int
    size: int
    together: Together

    def behind(self, sequence_id: int) -> "Stretch":
        """What is left when one of them, but not the last, is acknowledged, or an earlier one."""
        left = self.last - sequence_id
        if left >= self.count:
            return self
        forgotten = self.together.sizes[-self.count : -left]
        return Stretch(self.last, left, self.size - sum(forgotten), self.together)

    def messages(self) -> Iterable[Kept]:
        """Each of them, oldest first."""
        first, together = self.last - self.count + 1, self.together
        own = slice(-self.count, None)
        return map(Kept, count(first), together.deliveries[own], together.sizes[own])


def stretches(messages: Iterable[Kept]) -> Iterator[Stretch]:
    """What is kept, oldest first, from gap to gap."""
    places = enumerate(messages)
    for _, numbered in groupby(places, lambda place: place[1].sequence_id - place[0]):
        kept = [one for _, one in numbered]
        together = Together.of([one.delivery for one in kept], [one.size for one in kept])
        yield Stretch(kept[-1].sequence_id, len(kept), together.size, together)
