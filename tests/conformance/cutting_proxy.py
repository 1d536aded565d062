"""A TCP proxy in front of a service that cuts connections, in the middle of a frame if it can."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

_CHUNK = 65_536


class CuttingProxy:
    """Forwards connections to ``target`` until told to cut them.

    ``accepted`` is how many connections there have been.
    """

    def __init__(self, chance: random.Random) -> None:
        self.target = 0
        self.port = 0
        self.accepted = 0
        self._chance = chance
        self._armed = False
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        """Cut the connection that the service writes to next: of what it writes, some arrives."""
        self._armed = True

    @property
    def armed(self) -> bool:
        """Whether the cut is still to come."""
        return self._armed

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forward one connection in both directions until either end is gone."""
        self.accepted += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target)
        upward = asyncio.create_task(_forward(reader, up_writer))
        try:
            await self._forward_down(up_reader, writer)
        finally:
            upward.cancel()
            for one in (writer, up_writer):
                one.transport.abort()
            for one in (writer, up_writer):
                with suppress(ConnectionError):
                    await one.wait_closed()
            self._tasks.discard(task)

    async def _forward_down(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(_CHUNK):
                # A handshake is let through, or the client would wait for a second before the next.
                head = data.find(b"\r\n\r\n") + 4 if data.startswith(b"HTTP/") else 0
                if self._armed and len(data) > head:
                    self._armed = False
                    writer.write(data[: self._chance.randrange(head, len(data))])
                    await asyncio.sleep(0)
                    return
                writer.write(data)
                await writer.drain()

    async def close(self) -> None:
        """Cut everything."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _forward(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(_CHUNK):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


@asynccontextmanager
async def cutting_proxy(seed: int) -> AsyncIterator[CuttingProxy]:
    """A proxy that listens; set its ``target`` to the port of the service."""
    proxy = CuttingProxy(random.Random(seed))
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    proxy.port = server.sockets[0].getsockname()[1]
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()
        await server.wait_closed()
