"""A port that is closed while clients come."""

import asyncio
import socket
from contextlib import suppress

import pytest

from webpubsub.ingress.ports import close_port


class Guest(asyncio.Protocol):
    """Is known as soon as it is connected."""

    def __init__(self, guests: list[asyncio.BaseTransport]) -> None:
        self._guests = guests

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._guests.append(transport)


@pytest.mark.parametrize("turns", range(4))
async def test_nobody_is_forgotten(turns: int) -> None:
    """Whoever has been accepted is made known, in whichever turn of the event loop the port is
    closed; whoever has not is sent away by the system."""
    loop, guests = asyncio.get_running_loop(), list[asyncio.BaseTransport]()
    server = await loop.create_server(lambda: Guest(guests), "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    with socket.create_connection(address) as client:
        client.setblocking(False)
        for _ in range(turns):
            await asyncio.sleep(0)
        await close_port(server)
        for guest in guests:
            guest.close()
        with suppress(ConnectionResetError):
            assert await asyncio.wait_for(loop.sock_recv(client, 1), 10) == b""
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
