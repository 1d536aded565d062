"""The connection of a client in a test, and what comes through it."""

import asyncio
from typing import NamedTuple

import aiohttp

from webpubsub.testing.dialects import Dialect, Payload
from webpubsub.testing.errors import NotConnected
from webpubsub.testing.inboxes import Inbox

_NORMAL = 1000
#: What a connection is said to have been closed with when it was cut.
ABNORMAL = 1006
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Closed(NamedTuple):
    """How a connection has ended."""

    code: int
    reason: str


class ClientConnection:
    """Carries what a client says and hears, by one connection after the other. What is reliable is
    acknowledged as it comes."""

    def __init__(self, name: str, dialect: Dialect, inbox: Inbox) -> None:
        self.closed: Closed | None = None
        self._name = name
        self._dialect = dialect
        self._inbox = inbox
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._reader: asyncio.Task[None] | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing comes any more."""
        return self.closed is not None

    def begin(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        """Go on with this connection."""
        self.closed = None
        self._socket = socket
        self._reader = asyncio.create_task(self._read(socket))

    async def send(self, payload: Payload) -> None:
        """Send something. Raises NotConnected."""
        if self._socket is None or self.closed is not None:
            raise NotConnected(f"{self._name} has no connection any more, and cannot send.")
        if isinstance(payload, str):
            await self._socket.send_str(payload)
        else:
            await self._socket.send_bytes(payload)

    async def close(self, seconds: float) -> None:
        """Say goodbye, unless it is over."""
        if self._socket is not None and self.closed is None:
            await self._socket.close(code=_NORMAL)
            await self.until_over(seconds)
            self.closed = Closed(self._socket.close_code or ABNORMAL, "")

    async def until_over(self, seconds: float) -> None:
        """Wait for the end, no longer than that."""
        if self._reader is not None:
            await asyncio.wait((self._reader,), timeout=seconds)

    async def abandon(self) -> None:
        """Let go of the connection in whatever state it is."""
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.gather(self._reader, return_exceptions=True)

    def forget(self) -> None:
        """The same when the event loop has been closed, in which nothing can be said any more."""
        if self._socket is not None:
            connection = self._socket._response.connection  # noqa: SLF001 - there is no other way
            if connection is not None:
                connection.close()

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        reason = ""
        while True:
            frame = await socket.receive()
            if frame.type in (aiohttp.WSMsgType.TEXT, aiohttp.WSMsgType.BINARY):
                await self._take(frame.data)
                continue
            if frame.type is aiohttp.WSMsgType.CLOSE:
                reason = str(frame.extra or "")
            break
        self.closed = Closed(socket.close_code or ABNORMAL, reason)
        self._inbox.ring()

    async def _take(self, payload: Payload) -> None:
        message = self._dialect.decode(payload)
        number = message.fields.get("sequenceId")
        if number is not None and self._socket is not None and not self._socket.closed:
            acknowledgement = {"type": "sequenceAck", "sequenceId": number}
            await self.send(self._dialect.encode(acknowledgement))
        self._inbox.put(message)
