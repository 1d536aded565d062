"""Closing without cutting the last words off.

A peer that is still sending would get a connection reset, which can destroy what it has not read
yet. So our side is closed first, and what still arrives is thrown away until the peer closes too.
"""

import asyncio
from collections.abc import Callable


class Lingering(asyncio.Protocol):
    """Throws away what arrives; ``on_lost`` is called when the connection is gone."""

    def __init__(self, on_lost: Callable[[], None]) -> None:
        self._on_lost = on_lost

    def data_received(self, data: bytes) -> None:
        """Nobody wants it."""

    def connection_lost(self, exc: Exception | None) -> None:
        self._on_lost()
