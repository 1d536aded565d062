"""How many requests functions are given at once.

Specification: functions-python sections 5.2 and 10.1.
"""

import asyncio
from types import TracebackType

from webpubsub.host.settings.host_config import HostConfig

_UNLIMITED = -1


class TooManyRequests(Exception):
    """No further request may wait."""


class Admission:
    """Admits requests: ``maxConcurrentRequests`` run, ``maxOutstandingRequests`` run or wait.

    As an asynchronous context manager it holds the place of one request, any number of times at
    once. It raises TooManyRequests.
    """

    def __init__(self, outstanding: int = _UNLIMITED, concurrent: int = _UNLIMITED) -> None:
        self._outstanding = outstanding
        self._inside = 0
        self._running = asyncio.Semaphore(concurrent) if concurrent > 0 else None

    @classmethod
    def of(cls, config: HostConfig) -> "Admission":
        """The limits of host.json. Raises HostError."""
        return cls(
            config.integer("extensions:http:maxOutstandingRequests", _UNLIMITED),
            config.integer("extensions:http:maxConcurrentRequests", _UNLIMITED),
        )

    @property
    def is_limited(self) -> bool:
        """Whether a request may have to wait, or to be turned away."""
        return self._outstanding >= 0 or self._running is not None

    async def __aenter__(self) -> None:
        if 0 <= self._outstanding <= self._inside:
            raise TooManyRequests(f"{self._inside} requests")
        self._inside += 1
        if self._running is None:
            return
        try:
            await self._running.acquire()
        except BaseException:
            self._inside -= 1
            raise

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._inside -= 1
        if self._running is not None:
            self._running.release()
