"""Lanes: those members of a run who are told of a message in the same way.

A lane keeps what was said until all members were sent it, in the form that is the same for them, so
that what each costs on top is little more than its system call. That of reliable clients is in
``numbered_lane.py``.
"""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.websockets.frames import wire_bytes
from webpubsub.service.websockets.outgoing.sending import Apart, Batch, OwnWay

#: When some of the messages that are kept expire, by their places.
Expiries: TypeAlias = Mapping[int, float]
#: Who has left the run, and is sent other things, too; and of which lane each is a member.
Gone: TypeAlias = Mapping[Any, "Lane"]


class Lane(Protocol):
    """Members of a run who are told of a message in the same way, and the messages that are kept:
    so many bytes of them."""

    codec: ClientCodec
    members: list[Any]
    size: int

    def begin(self) -> None:
        """All members are there, and in no other run."""
        ...

    def takes(self, frames: Sequence[Frame], gone: Gone) -> bool:
        """Whether a message that consists of these frames goes to the members like the others, and
        to those who are gone, too."""
        ...

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep a message that consists of these frames."""
        ...

    def places(self) -> Mapping[Hashable, int]:
        """The place of each member, by all names under which it may leave."""
        ...

    def give(self, member: Any, start: int, end: int, expiries: Expiries) -> None:
        """Give a member the messages from one place to another."""
        ...

    def is_clear(self, place: int) -> bool:
        """Whether the member there can be written to past its transport."""
        ...

    def write(self, places: range, apart: Apart, expiries: Expiries, batch: Batch) -> int:
        """Send all messages to the members at some places, without those who are apart: to those
        who have nothing else on their way past their transports. Others are looked for after each
        step; returns the place that was reached before they were to be heard."""
        ...

    def forget(self, count: int) -> None:
        """All members have been sent the oldest messages."""
        ...


class Member(OwnWay, Protocol):
    """The outbox of a client, which leaves the run before it is sent anything else."""

    def extend(self, parts: Sequence[bytes], expiries: Expiries) -> None:
        """Send a part for each message; ``expiries`` tells of some places until when."""
        ...


class PlainLane:
    """Those for whom a message is the same bytes."""

    __slots__ = ("_data", "_parts", "codec", "members", "size")

    def __init__(self, codec: ClientCodec) -> None:
        self.codec = codec
        self.members: list[Member] = []
        self.size = 0
        self._parts: list[bytes] = []
        #: All of them as one, which is the same for all; made when it is needed.
        self._data: bytes | None = None

    def begin(self) -> None:
        """Nothing is to be done."""

    def takes(self, frames: Sequence[Frame], gone: Gone) -> bool:
        """It does."""
        return True

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep its bytes."""
        part = wire_bytes(frames)
        self._parts.append(part)
        self.size += len(part)
        self._data = None

    def places(self) -> Mapping[Hashable, int]:
        """That of each outbox."""
        return {member: at for at, member in enumerate(self.members)}

    def give(self, member: Member, start: int, end: int, expiries: Expiries) -> None:
        """Append them to an outbox."""
        member.extend(self._parts[start:end], expiries)

    def is_clear(self, place: int) -> bool:
        """As its outbox says."""
        return self.members[place].clear_fileno >= 0

    def write(self, places: range, apart: Apart, expiries: Expiries, batch: Batch) -> int:
        """Send all of them the same."""
        if self._data is None:
            self._data = b"".join(self._parts)
        reached, busy = batch.send_same(self.members, places, self._data, apart)
        for member in busy:
            member.extend(self._parts, expiries)
        return reached

    def forget(self, count: int) -> None:
        """Drop their bytes."""
        self.size -= sum(map(len, self._parts[:count]))
        del self._parts[:count]
        self._data = None
