"""Reliable clients in a run: the same messages, with other numbers for each client.

What was said in a run is numbered and kept for a client in one step, and its bytes are made in one:
sequence ids have no gaps, so they follow from the first. Whoever looks at what is kept for a client
has it leave the run before. Specification: client-protocols sections 7.2 and 7.3.
"""

from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.websockets.frames import frame, wire_bytes
from webpubsub.service.websockets.runs import Expiries
from webpubsub.service.websockets.sending import Apart, Batch


class NumberedLane:
    """The buffers of reliable sessions, attached or not."""

    __slots__ = (
        "_bytes_from",
        "_deliveries",
        "_expiries",
        "_messages",
        "_ready",
        "_room",
        "_room_bytes",
        "_sizes",
        "codec",
        "members",
    )

    def __init__(self, codec: ClientCodec) -> None:
        self.codec = codec
        self.members: list[MessageBuffer] = []
        self._deliveries: list[Delivery] = []
        self._sizes: list[int] = []
        self._messages: list[Sequence[Frame]] = []
        self._room = self._room_bytes = 0
        #: How many messages are being written, what makes the bytes, and when some expire.
        self._ready = 0
        self._bytes_from = numbered(codec, ())
        self._expiries: Expiries = {}

    def begin(self) -> None:
        """See for how much there is room; acknowledgements only make more."""
        rooms = [buffer.room for buffer in self.members]
        self._room = min([messages for messages, _ in rooms])
        self._room_bytes = min([size for _, size in rooms])

    def takes(self, frames: Sequence[Frame]) -> bool:
        """Whether it can be kept for all of them."""
        return self._room > 0 and _size(frames) <= self._room_bytes

    def say(self, delivery: Delivery, frames: Sequence[Frame]) -> None:
        """Keep it until the run ends."""
        size = _size(frames)
        self._room -= 1
        self._room_bytes -= size
        self._deliveries.append(delivery)
        self._sizes.append(size)
        self._messages.append(frames)

    def names(self, member: MessageBuffer) -> Iterable[Hashable]:
        """Itself, and the outbox of who is attached."""
        return (member,) if member.outbox is None else (member, member.outbox)

    def give(self, member: MessageBuffer, start: int, expiries: Expiries) -> None:
        """Have them kept, and appended to its outbox."""
        sizes = self._sizes[start:]
        first = member.take(self._deliveries[start:], sizes, sum(sizes))
        if member.outbox is not None:
            parts = _parts(self.codec, self._messages[start:], first)
            member.outbox.extend(parts, expiries)

    def prepare(self, count: int, expiries: Expiries) -> int:
        """Have a form that is filled with the numbers of each."""
        self._ready, self._expiries = count, expiries
        self._bytes_from = numbered(self.codec, self._messages[:count])
        return sum(self._sizes[:count])

    def write(self, places: range, apart: Apart, batch: Batch) -> int:
        """Those with the same numbers are sent the same."""
        for at in places:
            last = min(at + places.step, places.stop)
            self._write([one for one in self.members[at:last] if one not in apart], batch)
            batch.send()
            if batch.others_wait():
                return last
        return places.stop

    def _write(self, members: Sequence[MessageBuffer], batch: Batch) -> None:
        count = self._ready
        deliveries, sizes = self._deliveries[:count], self._sizes[:count]
        size = sum(sizes)
        for buffer in members:
            first = buffer.take(deliveries, sizes, size)
            outbox = buffer.outbox
            if outbox is None:
                continue
            if outbox.clear_fileno < 0:
                parts = _parts(self.codec, self._messages[:count], first)
                outbox.extend(parts, self._expiries)
            else:
                batch.add(outbox, outbox.clear_fileno, self._bytes_from(first))

    def forget(self, count: int) -> None:
        """They are the oldest."""
        del self._deliveries[:count], self._sizes[:count], self._messages[:count]


def numbered(codec: ClientCodec, messages: Sequence[Sequence[Frame]]) -> Callable[[int], bytes]:
    """Makes the bytes of messages whose sequence ids begin with a number."""
    templates: dict[int, bytes | None] = {}

    @cache
    def make(first: int) -> bytes:
        end = first + len(messages)
        digits = len(str(first))
        if digits not in templates:
            templates[digits] = _template(codec, messages, digits)
        template = templates[digits]
        if template is None or end > 10**digits:
            return b"".join(_parts(codec, messages, first))
        return template % tuple(range(first, end))

    return make


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
