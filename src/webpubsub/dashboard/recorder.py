"""What has happened lately: the last items that passed the points of observation.

Recording is on while nobody looks, so that who comes late sees what came before. It must cost next
to nothing: an item is kept as it came, and put into words when a page asks for it.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import msgspec

from webpubsub.dashboard.weights import weight
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.observation import Sighting
from webpubsub.service.observation import Delivered, RequestHandled

#: What says nothing that the item before it has not said.
UNRECORDED = frozenset({RequestHandled})
_MEBIBYTE = 1_048_576


class RecorderLimits(msgspec.Struct, frozen=True):
    """How much is kept: items, and roughly how many bytes they take."""

    entries: int = 10_000
    bytes: int = 32 * _MEBIBYTE


class Entry(msgspec.Struct, frozen=True):
    """A sighting as it was kept. ``at`` is in seconds since the epoch, ``monotonic`` of a clock
    that never goes back; all that came of one cause has the same ``flow``, and the beginning and
    the end of something the same ``span``."""

    id: int
    at: float
    monotonic: float
    flow: str
    span: str
    item: Any
    size: int


class Recorder:
    """Keeps the latest items, the oldest of which make room for new ones.

    ``clock`` gives seconds since the epoch. It is an observer of services and hosts: call it with a
    sighting, on their event loop.
    """

    def __init__(
        self,
        limits: RecorderLimits | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.last_id = 0
        self._limits = limits or RecorderLimits()
        self._clock = clock
        self._entries: deque[Entry] = deque()
        self._bytes = 0
        self._waiting: set[asyncio.Event] = set()

    def __call__(self, sighting: Sighting[Any]) -> None:
        """Keep an item."""
        item, span = sighting.item, sighting.span
        if type(item) in UNRECORDED:
            return
        if type(item) is Delivered:
            item = _without_encodings(item)
        self.last_id += 1
        size = weight(item)
        trace_id, span_id = ("", "") if span is None else (span.trace_id, span.span_id)
        at, monotonic = sighting.at, sighting.monotonic
        self._entries.append(Entry(self.last_id, at, monotonic, trace_id, span_id, item, size))
        self._bytes += size
        if self._bytes > self._limits.bytes or len(self._entries) > self._limits.entries:
            self._make_room()
        for event in self._waiting:
            event.set()

    @property
    def first_id(self) -> int:
        """The id of the oldest that is kept, or of the next one when there is none."""
        return self._entries[0].id if self._entries else self.last_id + 1

    def after(self, entry_id: int, limit: int) -> Sequence[Entry]:
        """The oldest, at most ``limit`` of them, of those that came after this one."""
        start = max(0, entry_id + 1 - self.first_id)
        return list(islice(self._entries, start, start + limit))

    def find(self, entry_id: int) -> Entry | None:
        """One of those that are kept."""
        return next((one for one in self.after(entry_id - 1, 1) if one.id == entry_id), None)

    def now(self) -> float:
        """The time in seconds since the epoch."""
        return self._clock()

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
        self._bytes = 0

    async def wait(self, entry_id: int, seconds: float) -> None:
        """Wait until something came after this one, but no longer than that."""
        if self.last_id > entry_id:
            return
        event = asyncio.Event()
        self._waiting.add(event)
        try:
            async with asyncio.timeout(seconds):
                await event.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.discard(event)

    def _make_room(self) -> None:
        limits, entries = self._limits, self._entries
        while entries and (self._bytes > limits.bytes or len(entries) > limits.entries):
            self._bytes -= entries.popleft().size


def _without_encodings(item: Delivered) -> Delivered:
    """Frames are made for the wire after this, and would be kept with the delivery."""
    sent = item.delivery
    kept = Delivery(sent.message, sent.group, sent.from_user_id, sent.expires_at, sent.stream)
    return Delivered(item.hub, kept, item.recipients)
