"""Closing without cutting the last words off."""

import asyncio

from webpubsub.service.websockets.lingering import Lingering


async def test_the_last_words_arrive_although_the_peer_keeps_sending() -> None:
    """The peer's bytes are thrown away, and ``on_lost`` is called once when the peer has closed."""
    loop = asyncio.get_running_loop()
    lost = asyncio.Event()
    losses: list[None] = []

    def on_lost() -> None:
        losses.append(None)
        lost.set()

    class Farewell(asyncio.Protocol):
        """Says one thing to whoever comes, and listens no more."""

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            transport.set_protocol(Lingering(on_lost))
            transport.write(b"last words")
            transport.write_eof()

    server = await loop.create_server(Farewell, "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    for _ in range(20):
        writer.write(b"x" * 65_536)
        await writer.drain()
    assert await reader.read() == b"last words"
    assert losses == []
    writer.close()
    await writer.wait_closed()
    await asyncio.wait_for(lost.wait(), 5)
    assert losses == [None]
    server.close()
