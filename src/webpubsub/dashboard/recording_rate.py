"""When the record is kept: always, but for what nobody could read later anyway.

    looking --- too much in this second, and nobody looks ---> away
    away ------ the second is over, or a page is opened -----> looking

While a page is open, everything is recorded. While none is, so many items a second are recorded and
no more: a service under load fills the record within seconds, so that all the work would be for
nothing. Looking away costs nothing at all, since points without an observer do nothing either.
"""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

import msgspec

from webpubsub.dashboard.recorder import Recorder
from webpubsub.protocol.observation import Sighting

_SECOND = 1.0
_ITEMS_A_SECOND = 1000


class Point(Protocol):
    """Where an observer attaches; what it gets makes it look away."""

    def attach(self, observer: Callable[[Sighting[Any]], None], /) -> Callable[[], None]: ...


class NotRecorded(msgspec.Struct, frozen=True):
    """Nothing was recorded for so many seconds, because too much happened while nobody looked."""

    seconds: float


class RecordingRate:
    """Has ``recorder`` look at ``points``, on their event loop, from ``begin`` to ``end``."""

    def __init__(self, recorder: Recorder, points: Sequence[Point]) -> None:
        self._recorder = recorder
        self._points = points
        self._loop = asyncio.get_running_loop()
        self._detach: list[Callable[[], None]] = []
        self._viewers = 0
        self._second = 0.0
        self._last_of_second = 0
        self._return: asyncio.TimerHandle | None = None
        self._left = 0.0

    @property
    def is_away(self) -> bool:
        """Whether nothing is recorded at the moment."""
        return not self._detach

    def begin(self) -> None:
        """Look."""
        self._begin_second()
        self._detach = [point.attach(self) for point in self._points]

    def end(self) -> None:
        """Look no more."""
        if self._return is not None:
            self._return.cancel()
            self._return = None
        self._let_go()

    @contextmanager
    def viewed(self) -> Iterator[None]:
        """Somebody looks meanwhile, and misses nothing."""
        self._viewers += 1
        self._recorder.widen()
        if self._return is not None:
            self._return.cancel()
            self._come_back()
        try:
            yield
        finally:
            self._viewers -= 1
            self._begin_second()

    def __call__(self, sighting: Sighting[Any]) -> None:
        """Record something, if there has not been too much."""
        self._recorder(sighting)
        if not self._viewers and self._recorder.last_id > self._last_of_second:
            self._look_up()

    def _look_up(self) -> None:
        left = self._second + _SECOND - self._loop.time()
        if left <= 0:
            self._begin_second()
            return
        self._left = self._loop.time()
        self._let_go()
        self._return = self._loop.call_later(left, self._come_back)

    def _come_back(self) -> None:
        self._return = None
        self.begin()
        away = self._loop.time() - self._left
        now = self._recorder.now()
        self._recorder(Sighting(NotRecorded(away), None, now, self._left + away))

    def _let_go(self) -> None:
        for detach in self._detach:
            detach()
        self._detach = []

    def _begin_second(self) -> None:
        self._second = self._loop.time()
        self._last_of_second = self._recorder.last_id + _ITEMS_A_SECOND
