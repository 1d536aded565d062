"""How many requests functions are given at once.

Specification: functions-python sections 5.2 and 10.1.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext

from webpubsub.host.settings.host_config import HostConfig

_UNLIMITED = -1


class TooManyRequests(Exception):
    """No further request may wait."""


class Admission:
    """Admits requests: ``maxConcurrentRequests`` run, ``maxOutstandingRequests`` run or wait."""

    def __init__(self, outstanding: int = _UNLIMITED, concurrent: int = _UNLIMITED) -> None:
        self._outstanding = outstanding
        self._inside = 0
        self._running = asyncio.Semaphore(concurrent) if concurrent > 0 else nullcontext()

    @classmethod
    def of(cls, config: HostConfig) -> "Admission":
        """The limits of host.json. Raises HostError."""
        return cls(
            config.integer("extensions:http:maxOutstandingRequests", _UNLIMITED),
            config.integer("extensions:http:maxConcurrentRequests", _UNLIMITED),
        )

    @asynccontextmanager
    async def admit(self) -> AsyncIterator[None]:
        """Holds the place of one request. Raises TooManyRequests."""
        if 0 <= self._outstanding <= self._inside:
            raise TooManyRequests(f"{self._inside} requests")
        self._inside += 1
        try:
            async with self._running:
                yield
        finally:
            self._inside -= 1
