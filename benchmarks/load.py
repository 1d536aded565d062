"""The load: WebSocket clients that count what they receive."""

import asyncio
from collections.abc import Awaitable, Callable

from picows import WSFrame, WSListener, WSMsgType, WSTransport, ws_connect

from benchmarks.servers import Endpoint

#: Payload size of every message, in bytes.
SIZE = 64
PAYLOAD = "x" * SIZE
_AT_ONCE = 50


class Client(WSListener):
    """A client that reports each data frame, and can answer it at once."""

    def __init__(self, on_frame: Callable[["Client", bytes], None]) -> None:
        super().__init__()
        self._on_frame = on_frame
        self.transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        """Keep the transport."""
        self.transport = transport

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        """Report a data frame."""
        if frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            self._on_frame(self, frame.get_payload_as_bytes())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def send(self, text: str) -> None:
        """Send a text message."""
        if self.transport is not None:
            self.transport.send(WSMsgType.TEXT, text.encode())


class Counter:
    """Waits for a number of frames."""

    def __init__(self) -> None:
        self._missing = 0
        self._done = asyncio.Event()

    def expect(self, frames: int) -> None:
        """Start to wait for so many frames."""
        self._missing = frames
        self._done.clear()

    def count(self, _client: Client, _payload: bytes) -> None:
        """One frame came."""
        self._missing -= 1
        if self._missing == 0:
            self._done.set()

    async def done(self) -> None:
        """Until all have come, for at most 30 seconds."""
        await asyncio.wait_for(self._done.wait(), 30)


def ignore(_client: Client, _payload: bytes) -> None:
    """Take no notice of a frame."""


async def connect(endpoint: Endpoint, on_frame: Callable[[Client, bytes], None]) -> Client:
    """One client."""
    headers = {"Sec-WebSocket-Protocol": endpoint.subprotocol} if endpoint.subprotocol else {}
    _, client = await ws_connect(
        lambda: Client(on_frame),
        endpoint.url,
        extra_headers=headers,
        read_buffer_init_size=2048,
    )
    assert isinstance(client, Client)
    return client


async def connect_many(
    number: int, endpoint: Endpoint, on_frame: Callable[[Client, bytes], None]
) -> list[Client]:
    """Many clients, some at a time, so that no listen queue overflows."""
    clients: list[Client] = []
    while len(clients) < number:
        batch = min(_AT_ONCE, number - len(clients))
        tasks: list[Awaitable[Client]] = [connect(endpoint, on_frame) for _ in range(batch)]
        clients += await asyncio.gather(*tasks)
    return clients


async def disconnect(clients: list[Client]) -> None:
    """End every client and let the server see it."""
    for client in clients:
        if client.transport is not None:
            client.transport.disconnect()
    await asyncio.sleep(0.2)
