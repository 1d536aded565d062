"""What was done in a time, and how busy the load and the servers were meanwhile."""

import time
from collections.abc import Sequence

import msgspec
import psutil

#: What is measured has gone on before for such a share of its time: a server that has had nothing
#: to do for a second finds its caches cold, and its connections acknowledge each message at once.
LEAD = 0.5

#: From here on the load may be what was measured, unless the servers could do no more either.
BUSY, FULL = 0.9, 0.95


class Figure(msgspec.Struct, frozen=True):
    """One measured value; the share of its core that the load used for it, and that of the servers'
    core, which everybody else may have used, too. ``ratio`` is that of ours to it, where both were
    measured next to each other."""

    value: float
    load_share: float = 0.0
    server_share: float = 0.0
    ratio: float | None = None

    @property
    def may_be_the_loads(self) -> bool:
        """Whether a faster load might have shown more."""
        return self.load_share > BUSY and self.server_share < FULL

    def of(self, value: float) -> "Figure":
        """What has been reckoned from it."""
        return msgspec.structs.replace(self, value=value)


class Idle:
    """What this process seemed to work, and has only looked for something to do."""

    seconds = 0.0


IDLE = Idle()


class Meter:
    """Runs from where it is made."""

    def __init__(self) -> None:
        self._idle = _idle_seconds()
        self._started = time.perf_counter()
        self._spent = _worked_seconds()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.perf_counter() - self._started

    def rate(self, amount: float) -> Figure:
        """So much was done until now: how much is that per second."""
        return self.figure(amount / self.seconds)

    def figure(self, value: float) -> Figure:
        """A value that the time until now has shown."""
        spent, seconds = _worked_seconds() - self._spent, self.seconds
        idle = _idle_seconds() - self._idle
        return Figure(value, spent / seconds, max(0.0, 1 - idle / seconds))


def _worked_seconds() -> float:
    """Of this process."""
    return time.process_time() - IDLE.seconds


def _idle_seconds() -> float:
    """Of the first core, which is the servers'."""
    return float(psutil.cpu_times(percpu=True)[0].idle)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed: the median for a half."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
