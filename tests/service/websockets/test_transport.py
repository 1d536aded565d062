"""What an outbox writes to."""

import asyncio

from tests.service.fakes import JSON_SUBPROTOCOL
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.transport import Transport


class Pipe:
    """Nothing but what the interface asks for."""

    def __init__(self) -> None:
        self.data = b""

    def write(self, data: bytes) -> None:
        self.data += data

    def is_closing(self) -> bool:
        return False


async def send(transport: Transport) -> None:
    """Send something through an outbox."""
    flusher = Flusher(asyncio.get_running_loop())
    codec = codec_for(JSON_SUBPROTOCOL)
    outbox = Outbox(transport, codec, flusher, ServiceSettings(), lambda: None)
    outbox.append(b"hello")
    flusher.flush()


async def test_anything_that_writes_is_a_transport() -> None:
    """An outbox needs two methods and knows nothing of sockets."""
    pipe = Pipe()
    await send(pipe)
    assert pipe.data == b"hello"


async def test_a_transport_of_asyncio_is_one() -> None:
    """The real thing carries what the outbox writes."""
    received = asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.set_result(await reader.read())
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    _, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    await send(writer.transport)
    writer.close()
    await writer.wait_closed()
    assert await asyncio.wait_for(received, 5) == b"hello"
    server.close()
