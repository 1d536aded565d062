"""Runs: messages that are sent, one after the other, to the very same clients.

In a busy group one turn of the event loop has many messages for many members, and to append each to
the outbox of each is as much work as their product. What is said in a run is kept once for all of
its members until the run ends: when it has been written, or when some of them are sent something
together with others. Then an outbox is given all of it as one, and one that has nothing else on its
way is not even that: its socket is written to. Nobody is in two runs that have something to be
written, so there may be as many of them as there are groups.

Nobody is sent anything in another order because of that. Who is sent something alone *leaves* the
run first, as does who is sent nothing any more: they are given what was said so far at once, and
what is said later, too. Specification: client-protocols section 2.1.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from operator import mul
from typing import Any, Protocol, TypeAlias

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.pieces import Piece
from webpubsub.service.websockets.sending import BETWEEN, CALL, Apart, Batch, OwnWay

#: A lap of so many bytes at most is written to so many members at a time: in shorter pieces, groups
#: of some ten members in which everybody talks would take a fifth longer.
SHORT, AT_ONCE = 1 << 20, 16

#: Makes the frames of a message.
Encode: TypeAlias = Callable[[ClientCodec], Sequence[Frame]]
#: When some messages of a run expire, by their places.
Expiries: TypeAlias = Mapping[int, float]


class Lane(Protocol):
    """Members of a run who are told of a message in the same way, and the messages so far."""

    codec: ClientCodec
    members: list[Any]

    def begin(self) -> None:
        """All members are there, and in no other run."""
        ...

    def takes(self, frames: Sequence[Frame]) -> bool:
        """Whether a message that consists of these frames goes to the members like the others."""
        ...

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep a message that consists of these frames."""
        ...

    def names(self, member: Any) -> Iterable[Hashable]:
        """Under which names a member may leave."""
        ...

    def give(self, member: Any, start: int, expiries: Expiries) -> None:
        """Give a member the messages from one on."""
        ...

    def prepare(self, count: int, expiries: Expiries) -> int:
        """Have the first messages ready to be written; returns how many bytes they are."""
        ...

    def write(self, places: range, apart: Apart, batch: Batch) -> int:
        """Send these messages to the members at some places, without those who are apart: to those
        who have nothing else on their way past their transports. Others are looked for after each
        step; returns the place that was reached before they were to be heard."""
        ...

    def forget(self, count: int) -> None:
        """All members have been sent the first messages."""
        ...


class Member(OwnWay, Protocol):
    """The outbox of a client, which leaves the run before it is sent anything else."""

    run: "Run | None"

    def extend(self, parts: Sequence[bytes], expiries: Expiries) -> None:
        """Send a part for each message; ``expiries`` tells of some places until when."""
        ...


class PlainLane:
    """Those for whom a message is the same bytes."""

    __slots__ = ("_data", "_expiries", "_parts", "_ready", "codec", "members")

    def __init__(self, codec: ClientCodec) -> None:
        self.codec = codec
        self.members: list[Member] = []
        self._parts: list[bytes] = []
        #: What is being written, as parts and as one, and when some of it expires.
        self._ready: Sequence[bytes] = ()
        self._data = b""
        self._expiries: Expiries = {}

    def begin(self) -> None:
        """Nothing is to be done."""

    def takes(self, frames: Sequence[Frame]) -> bool:
        """It does."""
        return True

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep its bytes."""
        self._parts.append(wire_bytes(frames))

    def names(self, member: Member) -> Iterable[Hashable]:
        """Itself."""
        return (member,)

    def give(self, member: Member, start: int, expiries: Expiries) -> None:
        """Append them to an outbox."""
        member.extend(self._parts[start:], expiries)

    def prepare(self, count: int, expiries: Expiries) -> int:
        """Make one of them, which is the same for all."""
        self._ready = self._parts[:count]
        self._data = b"".join(self._ready)
        self._expiries = expiries
        return len(self._data)

    def write(self, places: range, apart: Apart, batch: Batch) -> int:
        """Send all of them the same."""
        reached, busy = batch.send_same(self.members, places, self._data, apart)
        for member in busy:
            member.extend(self._ready, self._expiries)
        return reached

    def forget(self, count: int) -> None:
        """They are the oldest."""
        del self._parts[:count]


class Run:
    """Messages to the same ``recipients``, each of whom is a member of one of the lanes.

    They are written lap by lap: what had been said when a lap began is sent to all members, some at
    a time, and what is said meanwhile belongs to the next.
    """

    __slots__ = (
        "_apart",
        "_at",
        "_costs",
        "_count",
        "_expiries",
        "_lane",
        "_lanes",
        "_lap",
        "_least",
        "_places",
        "is_flooded",
        "is_over",
        "recipients",
    )

    def __init__(self, recipients: Sequence[object]) -> None:
        self.recipients = recipients
        self._lanes: Sequence[Lane] = ()
        #: How many messages are kept, and how many of them belong to this lap, if it has begun.
        self._count = self._lap = 0
        #: Whose turn it is: a lane, and a place in it.
        self._lane = self._at = 0
        #: What it costs in this lap to send a member of each lane what is its own.
        self._costs: Sequence[int] = ()
        #: So many members are written to before others are heard, if there are as many in a lane.
        self._least = 1
        self._expiries: dict[int, float] = {}
        #: Where to find each member; made when somebody is looked for.
        self._places: dict[Hashable, tuple[Any, int, int]] | None = None
        #: Who has left.
        self._apart: dict[Any, Lane] = {}
        #: Whether one client has sent more in it than can be handled in a turn.
        self.is_flooded = False
        #: Whether nothing is to be sent in it any more.
        self.is_over = True

    def begin(self, lanes: Sequence[Lane]) -> None:
        """Have members, who know that they are in it, and are in no other run any more."""
        self._lanes = lanes
        self.is_over = False
        for lane in lanes:
            lane.begin()

    def say(self, delivery: Delivery, encode: Encode) -> bool:
        """Send a message to all members; or to none, and return False, when it does not go to all
        of them like the others."""
        encoded = [(lane, encode(lane.codec)) for lane in self._lanes]
        for lane, frames in encoded:
            if not lane.takes(frames):
                return False
        for lane, frames in encoded:
            lane.say(delivery, frames)
        place, expires_at = self._count, delivery.expires_at
        self._count += 1
        if expires_at is not None:
            self._expiries[place] = expires_at
        for member, lane in self._apart.items():
            lane.give(member, place, {} if expires_at is None else {0: expires_at})
        return True

    def leave(self, name: Hashable) -> None:
        """Give a member what it was not sent so far; harmless for who is none, or has left."""
        if self.is_over:
            return
        if self._places is None:
            self._places = self._find_all()
        place = self._places.get(name)
        if place is None or place[0] in self._apart:
            return
        member, number, at = place
        lane = self._lanes[number]
        self._apart[member] = lane
        start = self._lap if at < self._reached(number) else 0
        if start < self._count:
            lane.give(member, start, self._expiries_from(start))

    def end(self) -> None:
        """Give all members what they were not sent."""
        for number, lane in enumerate(self._lanes):
            reached = self._reached(number)
            self._give(lane, lane.members[reached:], 0)
            self._give(lane, lane.members[:reached], self._lap)
        self._close()

    def write(self, piece: Piece) -> None:
        """Send the next members what is theirs in this lap, until the piece or the lap is over."""
        if not self._count:
            self._close()
        elif not self._lap:
            self._begin_lap()
        while self._lap and piece.left > 0:
            lane, cost, start = self._lanes[self._lane], self._costs[self._lane], self._at
            end = min(start + max(self._least, piece.left // cost), len(lane.members))
            places = range(start, end, max(self._least, BETWEEN))
            # Whatever goes wrong in it, nobody is sent anything twice.
            self._at = end
            self._at = reached = lane.write(places, self._apart, piece.batch)
            piece.spend((end - start) * cost)
            if reached < end:
                piece.cut()
            if reached == len(lane.members):
                self._end_lane()

    def _begin_lap(self) -> None:
        self._lap = self._count
        expiries = self._expiries.copy()
        self._costs = [CALL + lane.prepare(self._lap, expiries) for lane in self._lanes]
        sizes = [len(lane.members) for lane in self._lanes]
        self._least = AT_ONCE if sum(map(mul, sizes, self._costs)) <= SHORT else 1

    def _end_lane(self) -> None:
        self._lane, self._at = self._lane + 1, 0
        if self._lane == len(self._lanes):
            self._end_lap()

    def _end_lap(self) -> None:
        for lane in self._lanes:
            lane.forget(self._lap)
        self._expiries = self._expiries_from(self._lap)
        self._count -= self._lap
        self._lap = self._lane = 0
        if not self._count:
            self._close()

    def _close(self) -> None:
        """Hold nobody: members may remember a run that is over."""
        self.is_over = True
        self._count = self._lap = 0
        self._lanes = self.recipients = ()
        self._places = None
        self._apart = {}

    def _give(self, lane: Lane, members: Sequence[Any], start: int) -> None:
        if start < self._count:
            expiries = self._expiries_from(start)
            for member in self._staying(members):
                lane.give(member, start, expiries)

    def _find_all(self) -> dict[Hashable, tuple[Any, int, int]]:
        return {
            name: (member, number, at)
            for number, lane in enumerate(self._lanes)
            for at, member in enumerate(lane.members)
            for name in lane.names(member)
        }

    def _reached(self, number: int) -> int:
        """How many members of a lane have been sent what is theirs in this lap."""
        if number == self._lane:
            return self._at
        return len(self._lanes[number].members) if number < self._lane else 0

    def _expiries_from(self, start: int) -> dict[int, float]:
        return {place - start: at for place, at in self._expiries.items() if place >= start}

    def _staying(self, members: Sequence[Any]) -> Sequence[Any]:
        if not self._apart:
            return members
        return [member for member in members if member not in self._apart]
