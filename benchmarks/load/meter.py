"""What was done in a time, and how busy the load itself was meanwhile."""

import time
from collections.abc import Sequence

import msgspec

#: From here on the load may be what was measured.
BUSY = 0.9


class Figure(msgspec.Struct, frozen=True):
    """One measured value, and the share of its core that the load used for it."""

    value: float
    load_share: float = 0.0


class Meter:
    """Runs from where it is made."""

    def __init__(self) -> None:
        self._started = time.perf_counter()
        self._spent = time.process_time()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.perf_counter() - self._started

    def rate(self, amount: float) -> Figure:
        """So much was done until now: how much is that per second."""
        return self.figure(amount / self.seconds)

    def figure(self, value: float) -> Figure:
        """A value that the time until now has shown."""
        return Figure(value, (time.process_time() - self._spent) / self.seconds)


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of all does not exceed: the median for a half."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
