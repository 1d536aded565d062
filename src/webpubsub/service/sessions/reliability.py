"""Messages that outlive a transport: numbered, and kept until the client has acknowledged them.

What is kept is the message and its number, not the frame: the frame is made again, byte for byte,
when the message is sent again, perhaps by another process. Numbers begin at 1 and have no gaps,
whatever transports carry them. Specification: client-protocols sections 7.2, 7.3 and 9.1.
"""

from collections import deque
from collections.abc import Iterator, Sequence

import msgspec

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.messages import Delivery
from webpubsub.service.session_limits import BufferLimits


class Kept(msgspec.Struct, frozen=True, gc=False):
    """A message that its client has not acknowledged. ``size`` is what counts as its bytes. There
    are many of them, and no way from a message back to it: the garbage collector need not look."""

    sequence_id: int
    delivery: Delivery
    size: int


class BufferSnapshot(msgspec.Struct, frozen=True):
    """A buffer as a value that can be written as bytes and installed elsewhere."""

    last_sequence_id: int
    kept: tuple[Kept, ...]


class MessageBuffer:
    """The unacknowledged messages of one reliable client, oldest first."""

    __slots__ = ("_bytes", "_kept", "_limits", "codec", "last_sequence_id")

    def __init__(self, codec: ClientCodec, limits: BufferLimits) -> None:
        self.codec = codec
        self.last_sequence_id = 0
        self._limits = limits
        self._kept: deque[Kept] = deque()
        self._bytes = 0

    def __len__(self) -> int:
        return len(self._kept)

    def add(self, delivery: Delivery, size: int) -> int | None:
        """Keep a message; returns its sequence id, or None when there is no room for it."""
        if len(self._kept) >= self._limits.messages or self._bytes + size > self._limits.bytes:
            return None
        self.last_sequence_id += 1
        self._kept.append(Kept(self.last_sequence_id, delivery, size))
        self._bytes += size
        return self.last_sequence_id

    def acknowledge(self, sequence_id: int) -> None:
        """Forget every message up to this one; a number that is too small or too large is
        harmless."""
        kept = self._kept
        while kept and kept[0].sequence_id <= sequence_id:
            self._bytes -= kept.popleft().size

    def replay(self, now: float) -> Iterator[Frame]:
        """The frames of everything that is kept. What has expired at ``now``, in seconds since the
        epoch, is forgotten instead, and leaves a gap."""
        self._forget_expired(now)
        for kept in self._kept:
            yield from self.number(self.codec.encode_delivery(kept.delivery), kept.sequence_id)

    def number(self, frames: Sequence[Frame], sequence_id: int) -> Sequence[Frame]:
        """The frames of a message with its sequence id in them."""
        if len(frames) == 1:
            return (self.codec.with_sequence_id(frames[0], sequence_id),)
        return [self.codec.with_sequence_id(frame, sequence_id) for frame in frames]

    def snapshot(self) -> BufferSnapshot:
        """The buffer as a value."""
        return BufferSnapshot(self.last_sequence_id, tuple(self._kept))

    @classmethod
    def restore(
        cls, snapshot: BufferSnapshot, codec: ClientCodec, limits: BufferLimits
    ) -> "MessageBuffer":
        """A buffer that is in every respect the one the snapshot was taken of."""
        buffer = cls(codec, limits)
        buffer.last_sequence_id = snapshot.last_sequence_id
        buffer._set(snapshot.kept)
        return buffer

    def _forget_expired(self, now: float) -> None:
        self._set([kept for kept in self._kept if not _is_expired(kept, now)])

    def _set(self, kept: Sequence[Kept]) -> None:
        self._kept = deque(kept)
        self._bytes = sum(one.size for one in kept)


def _is_expired(kept: Kept, now: float) -> bool:
    expires_at = kept.delivery.expires_at
    return expires_at is not None and expires_at <= now
