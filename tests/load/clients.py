"""WebSocket clients by the thousand: as little as it takes to count what arrives."""

import asyncio
import base64
import time
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Self, cast

from tests.service.fakes import client_frame
from webpubsub.protocol.access_tokens import client_token
from webpubsub.service.settings import DEVELOPMENT_KEY

HUB = "load"
GROUP = "room"
JSON = "json.webpubsub.azure.v1"
ROLES = ("webpubsub.sendToGroup", "webpubsub.joinLeaveGroup")
#: Generous: the machine may be busy with other tests.
PATIENCE = 30.0

_KEY = base64.b64encode(bytes(16)).decode()
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10
_AT_ONCE = 500


class Ticket:
    """How to connect: the head of a handshake, signed once for any number of clients."""

    def __init__(
        self, port: int, groups: Sequence[str] = (), *, subprotocol: str | None = None
    ) -> None:
        self.port = port
        endpoint = f"http://127.0.0.1:{port}"
        token = client_token(
            endpoint,
            HUB,
            DEVELOPMENT_KEY,
            now=time.time(),
            user_id="somebody",
            roles=ROLES,
            groups=groups,
        )
        offer = f"Sec-WebSocket-Protocol: {subprotocol}\r\n" if subprotocol else ""
        self.head = (
            f"GET /client/hubs/{HUB}?access_token={token} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {_KEY}\r\n{offer}\r\n"
        ).encode()


class Client(asyncio.Protocol):
    """One client. It answers pings and counts text messages; ``on_message`` is called for each."""

    #: All that are connected, so that a test leaves none behind.
    everybody: ClassVar[set["Client"]] = set()

    def __init__(self, head: bytes, on_message: Callable[[bytes], None] | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.messages = 0
        self.last = b""
        self.status = 0
        self.close_code: int | None = None
        #: What the client is doing all the time.
        self.busy: asyncio.Future[Any] | None = None
        self.let_in: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._writable = asyncio.Event()
        self._writable.set()
        self._head = head
        self._on_message = on_message
        self._received = bytearray()

    @classmethod
    async def connect(
        cls, ticket: Ticket, on_message: Callable[[bytes], None] | None = None
    ) -> Self:
        """A client that has been let in."""
        loop = asyncio.get_running_loop()
        _, client = await loop.create_connection(
            lambda: cls(ticket.head, on_message), "127.0.0.1", ticket.port
        )
        await asyncio.wait_for(client.let_in, PATIENCE)
        assert client.status == 101
        return client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.everybody.add(self)
        self.transport.write(self._head)

    def connection_lost(self, exc: Exception | None) -> None:
        self.everybody.discard(self)
        self._writable.set()
        for future in (self.let_in, self.gone):
            if not future.done():
                future.set_result(None)

    def pause_writing(self) -> None:
        self._writable.clear()

    def resume_writing(self) -> None:
        self._writable.set()

    def data_received(self, data: bytes) -> None:
        self._received += data
        if not self.status:
            self._take_head()
        while self.status == 101 and self._take_frame():
            pass

    def send(self, data: bytes, opcode: int = _TEXT) -> None:
        """Send one message, without waiting."""
        self.transport.write(client_frame(opcode, data))

    async def write(self, data: bytes) -> None:
        """Send bytes as they are, and wait until the network has taken most of them."""
        self.transport.write(data)
        await self._writable.wait()

    async def try_write(self, data: bytes, seconds: float = 1.0) -> bool:
        """Whether the network has taken most of these bytes in time."""
        try:
            await asyncio.wait_for(self.write(data), seconds)
        except TimeoutError:
            return False
        return True

    async def wait_until_gone(self) -> int | None:
        """Wait for the end of the connection; the close code, if there was one."""
        await asyncio.wait_for(self.gone, PATIENCE)
        return self.close_code

    def leave(self) -> None:
        """End the connection without a word."""
        if self.busy is not None:
            self.busy.cancel()
        self.transport.abort()

    def _take_head(self) -> None:
        end = self._received.find(b"\r\n\r\n")
        if end >= 0:
            self.status = int(self._received.split(b" ", 2)[1])
            del self._received[: end + 4]
            self.let_in.set_result(None)

    def _take_frame(self) -> bool:
        received = self._received
        if len(received) < 2:
            return False
        size, start = received[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(received[2:start])
        if len(received) < start + size:
            return False
        opcode, payload = received[0] & 15, bytes(received[start : start + size])
        del received[: start + size]
        self._take(opcode, payload)
        return True

    def _take(self, opcode: int, payload: bytes) -> None:
        if opcode == _TEXT:
            self.messages += 1
            self.last = payload
            if self._on_message is not None:
                self._on_message(payload)
        elif opcode == _PING:
            self.send(payload, _PONG)
        elif opcode == _CLOSE:
            self.close_code = int.from_bytes(payload[:2])
            self.transport.close()


async def connect_many(
    number: int, ticket: Ticket, on_message: Callable[[bytes], None] | None = None
) -> list[Client]:
    """A storm: hundreds of handshakes at a time, until all are in."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def connect() -> Client:
        async with gate:
            return await Client.connect(ticket, on_message)

    return await asyncio.gather(*(connect() for _ in range(number)))


async def leave_all(clients: Sequence[Client]) -> None:
    """End all these connections."""
    for client in clients:
        client.leave()
    await asyncio.gather(*(client.gone for client in clients))


def to_group(group: str, data: str) -> bytes:
    """A JSON client's request to send a text to a group."""
    return (
        f'{{"type":"sendToGroup","group":"{group}","dataType":"text","data":"{data}"}}'
    ).encode()


class Audience:
    """Clients in a group that hear a publisher, and how long each message took to reach all."""

    def __init__(self, publisher: Client) -> None:
        self._publisher = publisher
        self._missing = 0
        self._done = asyncio.Event()
        self.members: list[Client] = []

    @classmethod
    async def gather(cls, port: int, size: int) -> Self:
        """An audience of simple clients, and a publisher with the JSON subprotocol."""
        audience = cls(await Client.connect(Ticket(port, subprotocol=JSON)))
        audience.members = await connect_many(size, Ticket(port, [GROUP]), audience._hear)
        return audience

    def _hear(self, _message: bytes) -> None:
        self._missing -= 1
        if not self._missing:
            self._done.set()

    async def tell(self, text: str) -> float:
        """Send a message to all, and wait until everybody has it; the seconds that took."""
        self._missing = len(self.members)
        self._done.clear()
        started = time.perf_counter()
        self._publisher.send(to_group(GROUP, text))
        await asyncio.wait_for(self._done.wait(), PATIENCE)
        seconds = time.perf_counter() - started
        assert {member.last for member in self.members} == {text.encode()}
        return seconds
