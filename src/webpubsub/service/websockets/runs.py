"""Runs: messages that are sent, one after the other, to the very same clients.

In a busy group one turn of the event loop has many messages for many members, and to append each to
the outbox of each is as much work as their product. What is said in a run is kept once for all of
its members until the run ends: with the turn, or when others are sent something. Then an outbox is
given all of it as one, and one that has nothing else on its way is not even that: its socket is
written to.

Nobody is sent anything in another order because of that. Who is sent something alone *leaves* the
run first, as does who is sent nothing any more: they are given what was said so far at once, and
what is said later, too. Specification: client-protocols section 2.1.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.sending import Batch, Way

#: Makes one of some parts, perhaps the one that it made of the same parts before.
Join: TypeAlias = Callable[[list[bytes]], bytes]
#: Makes the frames of a message.
Encode: TypeAlias = Callable[[ClientCodec], Sequence[Frame]]
#: When some messages of a run expire, by their places.
Expiries: TypeAlias = Mapping[int, float]


class Lane(Protocol):
    """Members of a run who are told of a message in the same way, and the messages so far."""

    codec: ClientCodec
    members: list[Any]

    def begin(self, run: "Run") -> None:
        """All members are there."""
        ...

    def takes(self, frames: Sequence[Frame]) -> bool:
        """Whether a message that consists of these frames goes to the members like the others."""
        ...

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep a message that consists of these frames."""
        ...

    def names(self) -> Iterable[tuple[Hashable, Any]]:
        """Under which names the members may leave."""
        ...

    def give(self, member: Any, start: int, expiries: Expiries) -> None:
        """Give a member the messages from one on."""
        ...

    def flush(self, members: Sequence[Any], batch: Batch, join: Join, expiries: Expiries) -> None:
        """Send members who have nothing else on their way all messages; give them to the others."""
        ...


class Member(Way, Hashable, Protocol):
    """The outbox of a client."""

    clear_fileno: int

    def extend(self, parts: Sequence[bytes], expiries: Expiries) -> None:
        """Send a part for each message; ``expiries`` tells of some places until when."""
        ...


class PlainLane:
    """Those for whom a message is the same bytes."""

    __slots__ = ("_parts", "codec", "members")

    def __init__(self, codec: ClientCodec) -> None:
        self.codec = codec
        self.members: list[Member] = []
        self._parts: list[bytes] = []

    def begin(self, run: "Run") -> None:
        """Nobody need know."""

    def takes(self, frames: Sequence[Frame]) -> bool:
        """It does."""
        return True

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep its bytes."""
        self._parts.append(wire_bytes(frames))

    def names(self) -> Iterable[tuple[Hashable, Member]]:
        """Themselves."""
        return zip(self.members, self.members, strict=True)

    def give(self, member: Member, start: int, expiries: Expiries) -> None:
        """Append them to an outbox."""
        member.extend(self._parts[start:], expiries)

    def flush(
        self, members: Sequence[Member], batch: Batch, join: Join, expiries: Expiries
    ) -> None:
        """Send all of them the same."""
        filenos = [member.clear_fileno for member in members]
        if -1 in filenos:
            members = self._clear(members, expiries)
            filenos = [member.clear_fileno for member in members]
        if members:
            batch.add_all(members, filenos, join(self._parts))

    def _clear(self, members: Sequence[Member], expiries: Expiries) -> Sequence[Member]:
        """Those who have nothing else on their way, when the others have been given theirs."""
        clear = []
        for member in members:
            if member.clear_fileno < 0:
                member.extend(self._parts, expiries)
            else:
                clear.append(member)
        return clear


class Run:
    """Messages to the same ``recipients``, each of whom is a member of one of the lanes."""

    __slots__ = ("_apart", "_count", "_expiries", "_lanes", "_places", "recipients")

    def __init__(self, recipients: Sequence[object], lanes: Collection[Lane]) -> None:
        self.recipients = recipients
        self._lanes = lanes
        self._count = 0
        self._expiries: dict[int, float] = {}
        #: Where to find each member; made when somebody is looked for.
        self._places: dict[Hashable, tuple[Any, Lane]] | None = None
        #: Who has left.
        self._apart: dict[Any, Lane] = {}
        for lane in lanes:
            lane.begin(self)

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
        """Give a member what it was sent so far; harmless for who is none, or has left."""
        if self._places is None:
            self._places = {
                one: (member, lane) for lane in self._lanes for one, member in lane.names()
            }
        place = self._places.get(name)
        if place is None or place[0] in self._apart:
            return
        member, lane = place
        self._apart[member] = lane
        lane.give(member, 0, self._expiries)

    def end(self) -> None:
        """Give all members what they were sent."""
        for lane in self._lanes:
            for member in self._staying(lane):
                lane.give(member, 0, self._expiries)

    def flush(self, batch: Batch, join: Join) -> None:
        """Send it, to all who have nothing else on their way past their transports."""
        for lane in self._lanes:
            lane.flush(self._staying(lane), batch, join, self._expiries)

    def _staying(self, lane: Lane) -> Sequence[Any]:
        if not self._apart:
            return lane.members
        return [member for member in lane.members if member not in self._apart]
