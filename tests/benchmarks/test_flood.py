"""A flood: there is always more of it, and never more than can be handled soon."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from benchmarks.load.flood import flooding, of_echoes
from benchmarks.load.frames import TEXT, masked
from benchmarks.load.websockets import Endpoint

ACCEPTED = b"HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: any\r\n\r\n"
UNANSWERED, AT_ONCE = 4096, 64
MESSAGE = masked(b"x")
ANSWER = bytes([0x80 | TEXT, 1]) + b"x"

pytestmark = pytest.mark.timeout(60)


def _receive(client: socket.socket, messages: int) -> None:
    left = messages * len(MESSAGE)
    while left:
        left -= len(client.recv(left))


def test_what_is_unanswered_is_bounded() -> None:
    """As many messages come as have been answered."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(20)
        endpoint = Endpoint(port=server.getsockname()[1], path="/")
        flood = of_echoes(endpoint, "x")

        def accept() -> socket.socket:
            client, _ = server.accept()
            client.settimeout(20)
            client.recv(4096)
            client.sendall(ACCEPTED)
            return client

        with ThreadPoolExecutor(1) as thread:
            accepted = thread.submit(accept)
            with flooding(flood) as flooder, closing(accepted.result()) as client:
                flooder.resume()
                _receive(client, UNANSWERED)
                client.sendall(ANSWER * AT_ONCE * 3)
                _receive(client, AT_ONCE * 3)
                client.settimeout(0.2)
                with pytest.raises(TimeoutError):
                    client.recv(1)
                flooder.suspend()
