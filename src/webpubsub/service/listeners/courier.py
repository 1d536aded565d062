"""Takes events to one target without making anybody wait.

Listeners come after clients: a target that is slow or gone costs its own events, a bounded amount
of memory and a few lines of the log, and nothing else.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence

from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.trace_context import current_span
from webpubsub.service.listeners.target import Target, Undelivered
from webpubsub.service.observation import ListenerSent, ObservationPoint

logger = logging.getLogger("webpubsub.service.listeners")

#: How many events go into one call of ``Target.send``.
BATCH = 500
#: What may wait, in events and in bytes of messages.
MAX_EVENTS = 10_000
MAX_BYTES = 16 * 1024 * 1024
_CLOSE_TIMEOUT = 2.0
#: For what an event holds besides its message.
_OVERHEAD = 1024


class Courier:
    """A bounded queue before a target, and the task that empties it.

    Events that do not fit are dropped, the newest first. Losses are logged when they begin, when
    their cause changes and when they are over.
    """

    def __init__(
        self,
        target: Target,
        *,
        max_events: int = MAX_EVENTS,
        max_bytes: int = MAX_BYTES,
        point: ObservationPoint | None = None,
    ) -> None:
        self.target = target
        self._point = point or ObservationPoint()
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._queue: deque[AnyEventRequest] = deque()
        self._bytes = 0
        self._under_way = 0
        self._lost = 0
        self._why = ""
        self._arrived = asyncio.Event()
        self._stopping = False
        self._task = asyncio.get_running_loop().create_task(self._carry())

    def put(self, event: AnyEventRequest) -> None:
        """Take an event, or drop it when too much is waiting."""
        size = _size(event)
        if len(self._queue) >= self._max_events or self._bytes + size > self._max_bytes:
            self._lose(1, "it is slower than the events arrive")
            return
        self._queue.append(event)
        self._bytes += size
        self._arrived.set()

    async def stop(self, seconds: float) -> None:
        """Send what is waiting, for so long at most, and close the target."""
        self._stopping = True
        self._arrived.set()
        await asyncio.wait((self._task,), timeout=seconds)
        if not self._task.done():
            self._task.cancel()
            await asyncio.wait((self._task,), timeout=_CLOSE_TIMEOUT)
            self._lose(len(self._queue) + self._under_way, "the service stops")
        self._count_losses()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await self.target.close()

    async def _carry(self) -> None:
        current_span.set(None)  # it outlives the event that it was begun for
        while not self._stopping or self._queue:
            await self._arrived.wait()
            self._arrived.clear()
            while batch := self._take():
                self._under_way = len(batch)
                await self._send(batch)
                self._under_way = 0

    def _take(self) -> Sequence[AnyEventRequest]:
        batch = [self._queue.popleft() for _ in range(min(BATCH, len(self._queue)))]
        self._bytes -= sum(map(_size, batch))
        return batch

    async def _send(self, batch: Sequence[AnyEventRequest]) -> None:
        try:
            await self.target.send(batch)
        except Undelivered as problem:
            self._lose(problem.count, str(problem))
        except Exception as error:
            why = f"it raised {type(error).__name__}"
            if self._is_news(why):
                logger.exception("the listener %s failed", self.target.name)
            self._lose(len(batch), why)
        else:
            self._observe(len(batch))
            self._recover()
            return
        self._observe(len(batch), self._why)

    def _observe(self, events: int, problem: str | None = None) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(ListenerSent(self.target.name, events, problem))

    def _lose(self, count: int, why: str) -> None:
        if self._is_news(why):
            logger.warning("events for the listener %s are being lost: %s", self.target.name, why)
        self._lost += count
        self._why = why

    def _is_news(self, why: str) -> bool:
        return not self._lost or why != self._why

    def _recover(self) -> None:
        # A queue that is still rather full would overflow again at once.
        crowded = len(self._queue) * 2 > self._max_events or self._bytes * 2 > self._max_bytes
        if not crowded:
            self._count_losses()

    def _count_losses(self) -> None:
        if self._lost:
            logger.warning("the listener %s missed %d events", self.target.name, self._lost)
            self._lost = 0


def _size(event: AnyEventRequest) -> int:
    message = len(event.message.data) if isinstance(event, UserEventRequest) else 0
    return message + len(event.connection_context.connection_state or "") + _OVERHEAD
