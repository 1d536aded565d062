"""What has happened lately: the last items that passed the points of observation.

Recording is on while nobody looks, so that who comes late sees what came before. It must cost next
to nothing: a sighting is kept as it came. It is weighed with a few others, or when somebody reads,
and put into words when a page asks for it. Less than a mebibyte is kept until somebody looks for
the first time, and much more from then on.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from itertools import islice
from typing import Any

import msgspec

from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.weights import weight
from webpubsub.protocol.observation import Sighting
from webpubsub.service.observation import RequestHandled, SessionBegan

#: What says nothing that the item before it has not said.
UNRECORDED = frozenset({RequestHandled})
_KIBIBYTE = 1024
_WEIGHED_TOGETHER = 16


class RecorderLimits(msgspec.Struct, frozen=True):
    """How much is kept: items, and roughly how many bytes they take. By default what suits a
    service that nobody has looked at."""

    entries: int = 1_500
    bytes: int = 768 * _KIBIBYTE


_SEEN = RecorderLimits(entries=10_000, bytes=32 * 1024 * _KIBIBYTE)


class Entry(msgspec.Struct, frozen=True):
    """A sighting under its number. All that came of one cause has the same ``flow``, the beginning
    and the end of something the same ``span``."""

    id: int
    sighting: Sighting[Any]

    @property
    def item(self) -> Any:
        """What was seen."""
        return self.sighting.item

    @property
    def flow(self) -> str:
        """The id of its trace, or the empty string."""
        return "" if self.sighting.span is None else self.sighting.span.trace_id

    @property
    def span(self) -> str:
        """The id of its span, or the empty string."""
        return "" if self.sighting.span is None else self.sighting.span.span_id

    @property
    def parent(self) -> str:
        """The id of the span that its own is part of, or the empty string."""
        span = self.sighting.span
        return "" if span is None or span.parent_id is None else span.parent_id


class Recorder:
    """Keeps the latest sightings, the oldest of which make room for new ones.

    ``users`` get to know whose connections they are; ``clock`` gives seconds since the epoch. It
    is an observer of services and hosts: call it with a sighting, on their event loop.
    """

    def __init__(
        self,
        users: ConnectionUsers | None = None,
        limits: RecorderLimits | None = None,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.last_id = 0
        self.users = users or ConnectionUsers()
        self._limits = limits or RecorderLimits()
        self._clock = clock
        self._kept: deque[Sighting[Any]] = deque()
        #: Those of the kept that have been weighed.
        self._weights: deque[int] = deque()
        self._bytes = 0
        self._waiting: set[asyncio.Event] = set()

    def __call__(self, sighting: Sighting[Any]) -> None:
        """Keep a sighting."""
        if type(sighting.item) in UNRECORDED:
            return
        self._kept.append(sighting)
        self.last_id += 1
        if not self.last_id % _WEIGHED_TOGETHER:
            self._settle()
        for event in self._waiting:
            event.set()

    @property
    def first_id(self) -> int:
        """The id of the oldest that is kept, or of the next one when there is none."""
        return self.last_id - len(self._kept) + 1

    def after(self, entry_id: int, limit: int) -> Sequence[Entry]:
        """The oldest, at most ``limit`` of them, of those that came after this one."""
        self._settle()
        first = max(self.first_id, entry_id + 1)
        start = first - self.first_id
        found = islice(self._kept, start, start + limit)
        return [Entry(number, sighting) for number, sighting in enumerate(found, start=first)]

    def find(self, entry_id: int) -> Entry | None:
        """One of those that are kept."""
        return next((one for one in self.after(entry_id - 1, 1) if one.id == entry_id), None)

    def widen(self) -> None:
        """Keep more from now on: somebody looks."""
        self._limits = _SEEN

    def now(self) -> float:
        """The time in seconds since the epoch."""
        return self._clock()

    def clear(self) -> None:
        """Forget everything."""
        self._settle()
        self._kept.clear()
        self._weights.clear()
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

    def _settle(self) -> None:
        """Weigh what is new, and make room for it."""
        for sighting in islice(self._kept, len(self._weights), None):
            item = sighting.item
            if type(item) is SessionBegan:
                self.users.meet(item)
            size = weight(item)
            self._weights.append(size)
            self._bytes += size
        limits, kept = self._limits, self._kept
        while kept and (self._bytes > limits.bytes or len(kept) > limits.entries):
            kept.popleft()
            self._bytes -= self._weights.popleft()
