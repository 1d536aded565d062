"""Messages that outlive a transport: numbered, and kept until the client has acknowledged them.

What is kept is the message and its number, not the frame: the frame is made again, byte for byte,
when the message is sent again, perhaps by another process. Numbers begin at 1 and have no gaps,
whatever transports carry them. Specification: client-protocols sections 7.2, 7.3 and 9.1.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

import msgspec

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.session_limits import BufferLimits
from webpubsub.service.sessions.stretches import Kept, Stretch, stretches
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.outgoing.runs import Run


class BufferSnapshot(msgspec.Struct, frozen=True):
    """A buffer as a value that can be written as bytes and installed elsewhere."""

    last_sequence_id: int
    kept: tuple[Kept, ...]


class MessageBuffer:
    """The unacknowledged messages of one reliable client, oldest first.

    Of messages that were sent together some may be held longer than they are kept, until the last
    is acknowledged: that is so for the oldest alone, and so for no more than the limits allow.
    While it is a member of a run it leaves that before anybody sees what it keeps.
    """

    __slots__ = (
        "_kept",
        "_limits",
        "codec",
        "last_sequence_id",
        "outbox",
        "room",
        "room_bytes",
        "run",
    )

    def __init__(self, codec: ClientCodec, limits: BufferLimits) -> None:
        self.codec = codec
        self.last_sequence_id = 0
        self._limits = limits
        self._kept: deque[Stretch | Kept] = deque()
        #: How many messages there is room for, and how many bytes of them.
        self.room, self.room_bytes = limits.messages, limits.bytes
        #: How the client is sent things, None while it is not attached.
        self.outbox: Outbox | None = None
        #: What may have more for it.
        self.run: Run | None = None

    def __len__(self) -> int:
        self._leave_run()
        return self._limits.messages - self.room

    def add(self, delivery: Delivery, size: int) -> int | None:
        """Keep a message; returns its sequence id, or None when there is no room for it."""
        self._leave_run()
        if not self.has_room_for(size):
            return None
        self.last_sequence_id += 1
        self.room -= 1
        self.room_bytes -= size
        self._kept.append(Kept(self.last_sequence_id, delivery, size))
        return self.last_sequence_id

    def has_room_for(self, size: int) -> bool:
        """Whether there is room for a message of so many bytes."""
        return self.room > 0 and size <= self.room_bytes

    def take(self, stretch: Stretch) -> None:
        """Keep messages for which there is room, with the next sequence ids."""
        self.last_sequence_id = stretch.last
        self.room -= stretch.count
        self.room_bytes -= stretch.size
        self._kept.append(stretch)

    def send_by(self, outbox: Outbox | None) -> None:
        """Have the client sent things in another way, or not at all."""
        if self.run is not None:
            self.run.lose(self)
        self.outbox = outbox

    def acknowledge(self, sequence_id: int) -> None:
        """Forget every message up to this one; a number that is too small or too large is
        harmless."""
        # Of what is in a run, the client has not been sent anything.
        kept = self._kept
        while kept and kept[0].last <= sequence_id:
            oldest = kept.popleft()
            self.room += oldest.count
            self.room_bytes += oldest.size
        if kept:
            oldest = kept[0]
            kept[0] = left = oldest.behind(sequence_id)
            self.room += oldest.count - left.count
            self.room_bytes += oldest.size - left.size

    def replay(self, now: float) -> Iterator[Frame]:
        """The frames of everything that is kept. What has expired at ``now``, in seconds since the
        epoch, is forgotten instead, and leaves a gap."""
        self._leave_run()
        self._forget_expired(now)
        for kept in self._each():
            yield from self.number(self.codec.encode_delivery(kept.delivery), kept.sequence_id)

    def number(self, frames: Sequence[Frame], sequence_id: int) -> Sequence[Frame]:
        """The frames of a message with its sequence id in them."""
        if len(frames) == 1:
            return (self.codec.with_sequence_id(frames[0], sequence_id),)
        return [self.codec.with_sequence_id(frame, sequence_id) for frame in frames]

    def snapshot(self) -> BufferSnapshot:
        """The buffer as a value."""
        self._leave_run()
        return BufferSnapshot(self.last_sequence_id, tuple(self._each()))

    @classmethod
    def restore(
        cls, snapshot: BufferSnapshot, codec: ClientCodec, limits: BufferLimits
    ) -> "MessageBuffer":
        """A buffer that is in every respect the one the snapshot was taken of."""
        buffer = cls(codec, limits)
        buffer.last_sequence_id = snapshot.last_sequence_id
        buffer._set(snapshot.kept)
        return buffer

    def _leave_run(self) -> None:
        if self.run is not None:
            self.run.leave(self)

    def _each(self) -> Iterator[Kept]:
        return chain.from_iterable(stretch.messages() for stretch in self._kept)

    def _forget_expired(self, now: float) -> None:
        kept = [*self._each()]
        left = [one for one in kept if not _is_expired(one, now)]
        if len(left) < len(kept):
            self._set(left)

    def _set(self, kept: Iterable[Kept]) -> None:
        self._kept = deque(stretches(kept))
        self.room = self._limits.messages - sum([one.count for one in self._kept])
        self.room_bytes = self._limits.bytes - sum([one.size for one in self._kept])


def _is_expired(kept: Kept, now: float) -> bool:
    expires_at = kept.delivery.expires_at
    return expires_at is not None and expires_at <= now
