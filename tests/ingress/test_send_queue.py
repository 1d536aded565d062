"""What the system has taken to send."""

import asyncio
import socket
import sys

import pytest

from webpubsub.ingress.send_queue import send_queue_size


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not say")
async def test_it_grows_by_what_is_sent_and_shrinks_by_what_is_read() -> None:
    """The other side has only to have room for it, over a network; within a machine it is read."""
    near, far = socket.socketpair()
    with far:
        transport, _ = await asyncio.get_running_loop().create_connection(
            asyncio.Protocol, sock=near
        )
        assert send_queue_size(transport) == 0
        transport.write(b"x" * 1000)
        assert send_queue_size(transport) >= 1000
        far.recv(1000)
        assert send_queue_size(transport) == 0
        transport.close()


async def test_a_connection_without_a_socket_has_none() -> None:
    """Nor has one that is gone."""
    near, far = socket.socketpair()
    far.close()
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=near)
    transport.abort()
    await asyncio.sleep(0.01)
    for one in (transport, asyncio.Transport()):
        assert send_queue_size(one) == 0
