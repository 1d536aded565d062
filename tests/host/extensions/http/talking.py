"""A listener that is talked to without a socket, byte by byte if need be; requests of nobody."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from webpubsub.host.extensions.http.bodies import WholeBody
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.protocol.cloud_events.wire import Headers, by_name
from webpubsub.protocol.timers import Timers
from webpubsub.testing.memory import MemoryTransport, join

_TURNS = 30
_DATE = re.compile(rb"Date: [^\r]*")


def asked(target: str = "/", headers: Headers = (), *, method: str = "GET") -> Request:
    """A request of nobody."""
    path, _, query = target.partition("?")
    fields = tuple((name.encode(), value.encode()) for name, value in headers)
    return Request(method, path, query, "h:7071", fields, by_name(headers), WholeBody())


class Client(asyncio.Protocol):
    """Keeps what it is told."""

    def __init__(self, listener: Listener) -> None:
        self.received = b""
        self.is_lost = False
        self.transport: MemoryTransport = join(self, listener.door())

    def data_received(self, data: bytes) -> None:
        self.received += data

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_lost = True

    async def say(self, data: bytes) -> bytes:
        """Send something; all that has been answered by and by, whenever that was."""
        self.transport.write(data)
        return await self.hear()

    async def hear(self) -> bytes:
        """The same without sending anything."""
        for _ in range(_TURNS):
            await asyncio.sleep(0)
        return self.heard

    @property
    def heard(self) -> bytes:
        """All that has been answered, without the time of day."""
        return _DATE.sub(b"Date: now", self.received)


@asynccontextmanager
async def listening(
    handler: Handler, *, takes: bool = True, timers: Timers | None = None
) -> AsyncIterator[Listener]:
    """A listener whose handler takes whole requests, or leaves them to aiohttp."""
    listener = Listener("127.0.0.1", 0, listens=False, timers=timers)
    listener.handler = handler
    listener.takes = lambda _: takes
    await listener.start()
    try:
        yield listener
    finally:
        await listener.stop(1)
