"""An application that echoes, by the test client of Starlette, which FastAPI has too."""

import os

import pytest
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket


async def echo(socket: WebSocket) -> None:
    """Say what is said, once."""
    await socket.accept()
    await socket.send_text(await socket.receive_text())


@pytest.mark.parametrize("number", range(int(os.environ["TESTS"])))
def test_a_message(number: int) -> None:
    """By queues between threads; there is neither HTTP nor any WebSocket."""
    with (
        TestClient(Starlette(routes=[WebSocketRoute("/", echo)])) as client,
        client.websocket_connect("/") as socket,
    ):
        socket.send_text(f"hi {number}")
        assert socket.receive_text() == f"hi {number}"
