"""HTTP connections that aiohttp serves, and whose clients have to keep pace.

This is the one place that knows how aiohttp keeps a connection inside: whether a head has begun is
not to be learned from outside.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

from aiohttp import web

from webpubsub.ingress.pace import After, Pace

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class PacedConnection(web.RequestHandler):
    """One connection, on which requests come one after another."""

    __slots__ = ("_pace", "_server")

    def __init__(self, server: "PacedServer", **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        server = self._server
        self._pace = Pace(cast("asyncio.Transport", transport), server.after, server.head_seconds)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._pace.end()
        super().connection_lost(exc)

    async def start(self) -> None:
        """Answer one request after the other, until the connection is closed or given away."""
        try:
            await super().start()
        finally:
            self._pace.begin_end()

    def data_received(self, data: bytes) -> None:
        """What is no request, and no body of one, is a part of a head."""
        super().data_received(data)
        if self._messages:
            self._pace.end_head()
        elif self._waiter is not None or not self._request_count:
            self._pace.begin_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._pace.begin_reading()

    def resume_writing(self) -> None:
        self._pace.end_reading()
        super().resume_writing()


class PacedServer(web.Server):
    """Makes a ``connection`` for each client, which has ``head_seconds`` for the head of a request
    by ``after``. ``options`` are those of aiohttp's connections."""

    connection: type[PacedConnection] = PacedConnection

    def __init__(
        self, handler: Handler, *, after: After, head_seconds: float, **options: Any
    ) -> None:
        super().__init__(handler)
        self.after = after
        self.head_seconds = head_seconds
        self._options = options

    def __call__(self) -> PacedConnection:
        """A protocol for a new connection."""
        return self.connection(self, loop=asyncio.get_running_loop(), **self._options)
