"""Runs: messages that are sent, one after the other, to the very same clients.

In a busy group one turn of the event loop has many messages for many members, and to append each to
the outbox of each is as much work as their product. What is said in a run is kept once for all of
its members until it has been written, or some of them are sent something together with others.
Then an outbox is given all of it as one, and one that has nothing else on its way is not even that:
its socket is written to. Nobody is in two runs, so there may be as many of them as there are
groups.

To make a run is work for each member, to have it say something is not. So it rests when all has
been written, and is there for the next message to the same clients. It is disbanded when one of
them is in another, or is sent nothing any more: members hold it, and it holds all of them.

It is written round by round: one member after the other is visited, and sent all that was said
since its last visit. Let visits be numbered, and N be the number of members: what was said before
visit v is sent at the visits v to v + N - 1. So all have it one round later, whenever it was said,
and what is kept, which is what was said at most N visits ago, is just what is sent at the next
visit. It is the same for all who are visited until something is said, or all have the oldest.

A message may be for all but one, as those are that do not come back to their sender. At the next
visit he is not sent the same as the others, but what is for him.

Nobody is sent anything in another order because of that. Who is sent something alone *leaves* the
run first, and is given what was said so far at once, and what is said later, too, until it rests.
Specification: client-protocols section 2.1.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any, TypeAlias

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.websockets.outgoing.lanes import Lane
from webpubsub.service.websockets.outgoing.pieces import NOTHING, Amount, Piece
from webpubsub.service.websockets.outgoing.sending import CALL

#: A round of so many bytes at most is written to so many members at a time: in shorter pieces,
#: groups of some ten members in which everybody talks would take a fifth longer.
SHORT, AT_ONCE = 1 << 21, 16

#: Makes the frames of a message.
Encode: TypeAlias = Callable[[ClientCodec], Sequence[Frame]]


class Run:
    """Messages to the same ``recipients``, each of whom is a member of one of the lanes; nobody
    when it is disbanded."""

    __slots__ = (
        "_apart",
        "_expiries",
        "_forgotten",
        "_gone",
        "_is_broken",
        "_lanes",
        "_members",
        "_places",
        "_said",
        "_visits",
        "is_flooded",
        "is_over",
        "recipients",
        "sizes",
    )

    def __init__(self, recipients: Sequence[object]) -> None:
        self.recipients = recipients
        self._lanes: Sequence[Lane] = ()
        #: How many members there are, one lane after the other, and how many visits there were.
        self._members = self._visits = 0
        #: How many bytes each message has that is kept, before which visit it was said, how many
        #: are kept no longer, and when some of them expire.
        self.sizes: list[int] = []
        self._said: list[int] = []
        self._forgotten = 0
        self._expiries: dict[int, float] = {}
        #: Where to find each member of a lane; made when somebody is looked for.
        self._places: Sequence[Mapping[Hashable, int]] = ()
        #: Who is not sent the same as others at the next visit: the numbers of the messages, from
        #: the first that was ever said, that are not for them.
        self._apart: dict[Any, list[int]] = {}
        #: Who of them has left, and is visited no longer.
        self._gone: dict[Any, Lane] = {}
        #: Whether one client has sent more in it than can be handled in a turn. Who has some on the
        #: way at all times need not do so again, so it is that until the run is over.
        self.is_flooded = False
        #: Whether nothing is to be sent in it: it rests, unless somebody has left for good.
        self.is_over = True
        self._is_broken = False

    @property
    def is_begun(self) -> bool:
        """Whether some members have what others are still to be sent."""
        return bool(self._said) and self._said[0] < self._visits

    def enlist(self, lanes: Sequence[Lane]) -> None:
        """Have members, who know that they are in it, and are in no other run any more."""
        self._lanes = lanes
        self._members = sum([len(lane.members) for lane in lanes])

    def begin(self) -> None:
        """Rest no longer."""
        self.is_over = self.is_flooded = False
        for lane in self._lanes:
            lane.begin()

    def say(self, delivery: Delivery, encode: Encode, but: Any = None) -> bool:
        """Send a message to all members, or all but one; or to none, and return False, when it does
        not go to all of them like the others."""
        encoded = [(lane, encode(lane.codec)) for lane in self._lanes]
        for lane, frames in encoded:
            if not lane.takes(frames, self._gone):
                return False
        for lane, frames in encoded:
            lane.say(delivery, frames)
        place, expires_at = len(self._said), delivery.expires_at
        self._said.append(self._visits)
        self.sizes.append(len(delivery.message.data))
        if expires_at is not None:
            self._expiries[place] = expires_at
        for member, lane in self._gone.items():
            if member is not but:
                self._give(lane, member, place)
        if but is not None and but not in self._gone:
            self._apart.setdefault(but, []).append(self._forgotten + place)
        return True

    def lose(self, name: Hashable) -> None:
        """Have a member leave for good."""
        self.leave(name)
        self._is_broken = True
        if self.is_over:
            self.disband()

    def leave(self, name: Hashable) -> None:
        """Give a member what it was not sent so far; harmless for who is none, or has left."""
        if self.is_over:
            return
        if not self._places:
            self._places = [lane.places() for lane in self._lanes]
        before = 0
        for lane, places in zip(self._lanes, self._places, strict=True):
            at = places.get(name)
            if at is not None and lane.members[at] not in self._gone:
                self._let_go(lane, lane.members[at], before + at)
            before += len(lane.members)

    def write(self, piece: Piece) -> None:
        """Visit the next members for whom it is the same, until the piece is over."""
        if self._said:
            self._write(piece)
        if not self._said:
            self._rest()

    def end(self) -> Amount:
        """Give all members what they were not sent; returns how much that is."""
        left = Amount(len(self.sizes), sum(self.sizes))
        while self._said:
            lane, start, end = self._next()
            for member in lane.members[start:end]:
                if member not in self._apart:
                    lane.give(member, 0, len(self._said), self._expiries)
            self._give_apart(lane, start, end)
            self._visits += end - start
            self._forget()
        self._rest()
        return left

    def disband(self) -> None:
        """Hold nobody: members may hold it. Nothing is to be sent in it."""
        self._lanes = self.recipients = ()
        self._places = ()

    def _let_go(self, lane: Lane, member: Any, place: int) -> None:
        self._gone[member] = lane
        last = self._visits - 1
        self._give(lane, member, self._said_before(last - (last - place) % self._members))
        self._apart[member] = []

    def _write(self, piece: Piece) -> None:
        lane, start, end = self._next()
        cost, least = CALL + lane.size, self._least()
        # Who has a transport like the next, as all have where they are encrypted, is like it.
        if not lane.is_clear(start):
            piece.be_blind()
        end = min(start + max(least, -(-piece.left // cost)), end)
        places = range(start, end, max(least, piece.step))
        # Whatever goes wrong in it, nobody is sent anything twice.
        self._visits += end - start
        reached = lane.write(places, self._apart, self._expiries, piece.batch)
        self._visits -= end - reached
        self._give_apart(lane, start, reached)
        piece.spend((reached - start) * cost)
        if reached < end:
            piece.cut()
        piece.complete(self._forget())

    def _next(self) -> tuple[Lane, int, int]:
        """Who is visited next while it is the same for all: a lane, and from where to where."""
        start, lanes = self._visits % self._members, iter(self._lanes)
        lane = next(lanes)
        while start >= len(lane.members):
            start -= len(lane.members)
            lane = next(lanes)
        left = self._said[0] + self._members - self._visits
        return lane, start, min(start + left, len(lane.members))

    def _least(self) -> int:
        """How many members are visited before others are heard, if there are as many."""
        size = sum([len(lane.members) * (CALL + lane.size) for lane in self._lanes])
        return AT_ONCE if size <= SHORT else 1

    def _said_before(self, visit: int) -> int:
        """How many of the messages were said before a visit."""
        return bisect_right(self._said, visit)

    def _forget(self) -> Amount:
        """Drop what all members were sent; returns how much that is."""
        count = self._said_before(self._visits - self._members)
        if not count:
            return NOTHING
        for lane in self._lanes:
            lane.forget(count)
        self._expiries = self._expiries_of(count, len(self._said))
        self._forgotten += count
        size = sum(self.sizes[:count])
        del self._said[:count], self.sizes[:count]
        return Amount(count, size)

    def _rest(self) -> None:
        """Whoever had left is a member like the others."""
        self.is_over = True
        self._apart = {}
        self._gone = {}
        if self._is_broken:
            self.disband()

    def _give_apart(self, lane: Lane, start: int, end: int) -> None:
        """Visit those who are not sent the same as the others."""
        if len(self._apart) == len(self._gone):
            return
        for member in lane.members[start:end]:
            if member in self._apart and member not in self._gone:
                self._give(lane, member, 0)
                del self._apart[member]

    def _give(self, lane: Lane, member: Any, start: int) -> None:
        """Give a member what is for it, from one message on."""
        for number in (*self._apart.get(member, ()), self._forgotten + len(self._said)):
            end = number - self._forgotten
            if start < end:
                lane.give(member, start, end, self._expiries_of(start, end))
            start = max(start, end + 1)

    def _expiries_of(self, start: int, end: int) -> dict[int, float]:
        expiries = self._expiries
        return expiries and {at - start: expiries[at] for at in expiries if start <= at < end}
