"""How HTTP and WebSocket clients get to a server: through its door in this process, or through its
port."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeAlias

import aiohttp

from webpubsub.testing.memory import join

Door: TypeAlias = Callable[[], asyncio.Protocol]


class DoorConnector(aiohttp.BaseConnector):
    """Connects every request, wherever it goes, through one door."""

    def __init__(self, door: Door) -> None:
        super().__init__()
        self._door = door

    async def _create_connection(self, *_request: Any) -> Any:
        protocol = self._factory()
        join(protocol, self._door())
        return protocol


def new_session(door: Door | None, **options: Any) -> aiohttp.ClientSession:
    """An HTTP client that comes through a door, or through ports like everybody."""
    connector = None if door is None else DoorConnector(door)
    return aiohttp.ClientSession(connector=connector, **options)
