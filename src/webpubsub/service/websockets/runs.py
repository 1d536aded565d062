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

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol, TypeAlias

from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.service.websockets.sending import Batch, Way

#: Makes one of some parts, perhaps the one that it made of the same parts before.
Join: TypeAlias = Callable[[list[bytes]], bytes]


class Member(Way, Protocol):
    """The outbox of a client."""

    clear_fileno: int

    def extend(self, parts: Sequence[bytes], expiries: Mapping[int, float]) -> None:
        """Send a part for each message; ``expiries`` tells of some places until when."""
        ...


class Lane:
    """Those members of a run for whom a message is the same bytes, and the messages so far."""

    __slots__ = ("codec", "members", "parts")

    def __init__(self, codec: ClientCodec) -> None:
        self.codec = codec
        self.members: list[Member] = []
        self.parts: list[bytes] = []


class Run:
    """Messages to the same ``recipients``, of whom those are members who are sent the same bytes as
    others."""

    __slots__ = ("_apart", "_count", "_expiries", "_lanes", "_places", "recipients", "size")

    def __init__(self, recipients: Sequence[object], lanes: Collection[Lane]) -> None:
        self.recipients = recipients
        self._lanes = lanes
        #: How many members there are.
        self.size = sum(len(lane.members) for lane in lanes)
        self._count = 0
        self._expiries: dict[int, float] = {}
        #: Where to find each member; made when somebody is looked for.
        self._places: Mapping[Member, Lane] | None = None
        #: Who has left.
        self._apart: dict[Member, Lane] = {}

    @property
    def codecs(self) -> Sequence[ClientCodec]:
        """What makes the parts of a message."""
        return [lane.codec for lane in self._lanes]

    def say(self, parts: Sequence[bytes], expires_at: float | None) -> None:
        """Send a message to all members: the bytes of one or more whole frames for each codec."""
        for lane, part in zip(self._lanes, parts, strict=True):
            lane.parts.append(part)
        if expires_at is not None:
            self._expiries[self._count] = expires_at
        self._count += 1
        for member, lane in self._apart.items():
            member.extend(lane.parts[-1:], {} if expires_at is None else {0: expires_at})

    def leave(self, member: Member) -> None:
        """Give a member what it was sent so far; harmless for who is none, or has left."""
        if self._places is None:
            self._places = {one: lane for lane in self._lanes for one in lane.members}
        lane = self._places.get(member)
        if lane is not None and member not in self._apart:
            self._apart[member] = lane
            member.extend(lane.parts, self._expiries)

    def end(self) -> None:
        """Give all members what they were sent."""
        for lane in self._lanes:
            for member in self._staying(lane):
                member.extend(lane.parts, self._expiries)

    def flush(self, batch: Batch, join: Join) -> None:
        """Send it to those who have nothing else on their way; give it to the others."""
        for lane in self._lanes:
            members = self._staying(lane)
            filenos = [member.clear_fileno for member in members]
            if -1 in filenos:
                members = self._clear(members, lane)
                filenos = [member.clear_fileno for member in members]
            if members:
                batch.add_all(members, filenos, join(lane.parts))

    def _staying(self, lane: Lane) -> list[Member]:
        if not self._apart:
            return lane.members
        return [member for member in lane.members if member not in self._apart]

    def _clear(self, members: list[Member], lane: Lane) -> list[Member]:
        """Those who have nothing else on their way, when the others have been given theirs."""
        clear = []
        for member in members:
            if member.clear_fileno < 0:
                member.extend(lane.parts, self._expiries)
            else:
                clear.append(member)
        return clear
