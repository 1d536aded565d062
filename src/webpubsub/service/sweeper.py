"""One timer for the whole service: pings and deadlines.

No connection has a task or a timer of its own, which keeps an idle connection small. Deadlines are
absolute, so a late sweep delays nothing further. A sweep happens every quarter of a second, which
is exact enough for everything measured in seconds.

There are many appointments and few durations, so those of the same duration stand in a queue, in
which what is due next is first. Nearly all are cancelled long before they are due, in about the
order in which they were made: whoever makes one takes those out that stand cancelled at the front.
Specification: client-protocols section 2.2.
"""

import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

from webpubsub.protocol.timers import Timer, Timers

SWEEP_INTERVAL = 0.25


class Watched(Protocol):
    """Something that wants to be called at regular intervals to see whether it is still alive."""

    def keep_alive(self) -> bool:
        """Send a ping, or give up. Returns whether to be called again."""
        ...


class Deadline:
    """A moment at which something is to happen, unless it is cancelled."""

    __slots__ = ("_action", "due")

    def __init__(self, action: Callable[[], None], due: float) -> None:
        self._action: Callable[[], None] | None = action
        self.due = due

    @property
    def is_over(self) -> bool:
        """Whether nothing will happen, or has happened already."""
        return self._action is None

    def cancel(self) -> None:
        """Let nothing happen."""
        self._action = None

    def expire(self) -> None:
        """Make it happen, once."""
        action, self._action = self._action, None
        if action is not None:
            action()


class Watch:
    """That something is called at regular intervals. Cancelled, it keeps nothing alive."""

    __slots__ = ("due", "watched")

    def __init__(self, watched: Watched, due: float) -> None:
        self.watched: Watched | None = watched
        self.due = due

    def cancel(self) -> None:
        """Call no more."""
        self.watched = None


class Sweeper:
    """Calls what is due. ``clock`` is monotonic, in seconds."""

    def __init__(self, clock: Callable[[], float], ping_interval: float) -> None:
        self._clock = clock
        self._ping_interval = ping_interval
        self._deadlines: dict[float, deque[Deadline]] = {}
        self._watched: dict[float, deque[Watch]] = {}
        self._timer: Timer | None = None

    def after(self, seconds: float, action: Callable[[], None]) -> Deadline:
        """Have ``action`` called when so much time has passed."""
        queue = self._deadlines.get(seconds)
        if queue is None:
            queue = self._deadlines[seconds] = deque()
        while queue and queue[0].is_over:
            queue.popleft()
        deadline = Deadline(action, self._clock() + seconds)
        queue.append(deadline)
        return deadline

    def watch(self, watched: Watched, interval: float | None = None) -> Watch:
        """Have ``keep_alive`` called every ``interval`` seconds, by default every ping interval,
        until it returns False or the watch is cancelled."""
        interval = self._ping_interval if interval is None else interval
        queue = self._watched.get(interval)
        if queue is None:
            queue = self._watched[interval] = deque()
        while queue and queue[0].watched is None:
            queue.popleft()
        watch = Watch(watched, self._clock() + interval)
        queue.append(watch)
        return watch

    def sweep(self) -> None:
        """Call everything that is due now."""
        now = self._clock()
        self._expire(now)
        for interval in tuple(self._watched):
            self._sweep_watched(interval, now)

    def start(self, timers: Timers) -> None:
        """Sweep regularly from now on."""
        self._timer = timers.call_later(SWEEP_INTERVAL, lambda: self._tick(timers))

    def stop(self) -> None:
        """Sweep no more; what was to happen later happens now."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._watched.clear()
        self._expire(math.inf)

    def _expire(self, now: float) -> None:
        """Make everything happen that is due by now, the earliest first."""
        while due := [queue for queue in self._deadlines.values() if queue and queue[0].due <= now]:
            min(due, key=lambda queue: queue[0].due).popleft().expire()
        for seconds in [seconds for seconds, queue in self._deadlines.items() if not queue]:
            del self._deadlines[seconds]

    def _sweep_watched(self, interval: float, now: float) -> None:
        queue = self._watched[interval]
        while queue and queue[0].due <= now:
            watch = queue.popleft()
            if watch.watched is not None and watch.watched.keep_alive():
                watch.due = now + interval
                queue.append(watch)
        if not queue:
            # Settings may be replaced often, and would leave a queue behind each time.
            self._watched.pop(interval, None)

    def _tick(self, timers: Timers) -> None:
        self.start(timers)
        self.sweep()
