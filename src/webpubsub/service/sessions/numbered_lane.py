"""Reliable clients in a run: the same messages, with other numbers for each client.

What was said in a run is numbered and kept for a client in one step, and its bytes are made in one:
sequence ids have no gaps, so they follow from the first. Whoever looks at what is kept for a client
has it leave the run before. Specification: client-protocols sections 7.2 and 7.3.
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.stretches import Stretch, Together
from webpubsub.service.websockets.frames import frame, wire_bytes
from webpubsub.service.websockets.outgoing.lanes import Expiries, Gone
from webpubsub.service.websockets.outgoing.sending import Apart, Batch

#: For so many numbers it is kept what others at the same are sent, too: of 1 MiB for each of a
#: thousand clients there would be 1 GiB.
_SHARED = 16


class Numbered(NamedTuple):
    """Messages that begin at some sequence id: as they are kept, and their bytes."""

    stretch: Stretch
    data: bytes


class NumberedLane:
    """The buffers of reliable sessions, attached or not."""

    __slots__ = (
        "_deliveries",
        "_messages",
        "_number",
        "_room",
        "_room_bytes",
        "_sizes",
        "_together",
        "codec",
        "members",
        "size",
    )

    def __init__(self, codec: ClientCodec) -> None:
        self.codec = codec
        self.members: list[MessageBuffer] = []
        self.size = 0
        self._deliveries: list[Delivery] = []
        self._sizes: list[int] = []
        self._messages: list[Sequence[Frame]] = []
        #: All of them, as each member keeps them, and what gives them their numbers; made when
        #: needed.
        self._together: Together | None = None
        self._number: Callable[[int], Numbered] | None = None
        self._room = self._room_bytes = 0

    def begin(self) -> None:
        """See for how much there is room; acknowledgements only make more."""
        self._room = min([buffer.room for buffer in self.members])
        self._room_bytes = min([buffer.room_bytes for buffer in self.members])

    def takes(self, frames: Sequence[Frame], gone: Gone) -> bool:
        """Whether it can be kept for all of them; who is sent other things has less room."""
        size = _size(frames)
        return (
            self._room > 0
            and size <= self._room_bytes
            and all(one.has_room_for(size) for one, lane in gone.items() if lane is self)
        )

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep it until the run ends."""
        size = _size(frames)
        self._room -= 1
        self._room_bytes -= size
        self._deliveries.append(delivery)
        self._sizes.append(size)
        self._messages.append(frames)
        self.size += size
        self._together = self._number = None

    def places(self) -> Mapping[Hashable, int]:
        """That of each buffer, and of the outbox of who is attached."""
        members = enumerate(self.members)
        return {name: at for at, one in members for name in (one, one.outbox) if name is not None}

    def give(self, member: MessageBuffer, start: int, end: int, expiries: Expiries) -> None:
        """Have them kept, and appended to its outbox."""
        first = member.last_sequence_id + 1
        member.take(self._from(start, end).numbered(first))
        if member.outbox is not None:
            parts = _parts(self.codec, self._messages[start:end], first)
            member.outbox.extend(parts, expiries)

    def is_clear(self, place: int) -> bool:
        """As its outbox says; who is not attached need not be written to."""
        outbox = self.members[place].outbox
        return outbox is None or outbox.clear_fileno >= 0

    def write(self, places: range, apart: Apart, expiries: Expiries, batch: Batch) -> int:
        """Those with the same numbers are sent the same."""
        for at in places:
            last = min(at + places.step, places.stop)
            members = self.members[at:last]
            if apart:
                members = [one for one in members if one not in apart]
            self._write(members, expiries, batch)
            batch.send()
            if batch.others_wait():
                return last
        return places.stop

    def _write(self, members: Sequence[MessageBuffer], expiries: Expiries, batch: Batch) -> None:
        if self._number is None:
            self._number = numbered(self.codec, self._messages.copy(), self._all())
        number = self._number
        for buffer in members:
            first = buffer.last_sequence_id + 1
            stretch, data = number(first)
            buffer.take(stretch)
            outbox = buffer.outbox
            if outbox is None:
                continue
            if outbox.clear_fileno < 0:
                outbox.extend(_parts(self.codec, self._messages, first), expiries)
            else:
                batch.add(outbox, outbox.clear_fileno, data)

    def forget(self, count: int) -> None:
        """Drop what makes them."""
        self.size -= sum(self._sizes[:count])
        del self._deliveries[:count], self._sizes[:count], self._messages[:count]
        self._together = self._number = None

    def _all(self) -> Together:
        if self._together is None:
            self._together = Together.of(self._deliveries, self._sizes)
        return self._together

    def _from(self, start: int, end: int) -> Together:
        """Some of them; of their own, so that what is kept of them does not hold the others."""
        if end - start == len(self._sizes):
            return self._all()
        return Together.of(self._deliveries[start:end], self._sizes[start:end])


def numbered(
    codec: ClientCodec, messages: Sequence[Sequence[Frame]], together: Together
) -> Callable[[int], Numbered]:
    """Gives messages their sequence ids, from one on. Who is at the same is given the very same: of
    a thousand clients that keep them, the processor then has to look for them once."""
    templates: dict[int, bytes | None] = {}

    def make(first: int) -> bytes:
        end = first + len(messages)
        digits = len(str(first))
        if digits not in templates:
            templates[digits] = _template(codec, messages, digits)
        template = templates[digits]
        if template is None or end > 10**digits:
            return b"".join(_parts(codec, messages, first))
        return template % tuple(range(first, end))

    @lru_cache(_SHARED)
    def number(first: int) -> Numbered:
        return Numbered(together.numbered(first), make(first))

    return number


def _template(codec: ClientCodec, messages: Sequence[Sequence[Frame]], digits: int) -> bytes | None:
    """The bytes with ``%d`` in place of each sequence id that has so many digits; None where it is
    not written in digits."""
    template = b""
    for frames in messages:
        around = codec.around_sequence_id(frames[0]) if len(frames) == 1 else None
        if around is None:
            return None
        before, behind = around
        example = frame(frames[0].kind, before + b"0" * digits + behind)
        start = example.removesuffix(b"0" * digits + behind)
        template += start.replace(b"%", b"%%") + b"%d" + behind.replace(b"%", b"%%")
    return template


def _parts(codec: ClientCodec, messages: Sequence[Sequence[Frame]], first: int) -> list[bytes]:
    return [
        wire_bytes([codec.with_sequence_id(one, sequence_id) for one in frames])
        for sequence_id, frames in enumerate(messages, first)
    ]


def _size(frames: Sequence[Frame]) -> int:
    return sum([len(one.payload) for one in frames])
