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


class HttpClients:
    """The HTTP clients of a world, one for each purpose: a connection that has carried requests
    cannot become a WebSocket. With ``sockets`` they come through ports."""

    def __init__(self, *, sockets: bool) -> None:
        self._sockets = sockets
        self._sessions: dict[str, aiohttp.ClientSession] = {}

    def session(self, purpose: str, door: Door) -> aiohttp.ClientSession:
        """The client for a purpose."""
        found = self._sessions.get(purpose)
        if found is None:
            found = self._sessions[purpose] = new_session(None if self._sockets else door)
        return found

    async def close(self) -> None:
        """Nobody needs them any more."""
        for session in self._sessions.values():
            await session.close()

    async def abandon(self) -> None:
        """The same when the event loop in which they lived has been closed."""
        for session in self._sessions.values():
            connector = session.connector
            session.detach()
            if connector is not None:
                await connector.close()
