"""A server that echoes, by the test client of aiohttp, which pytest-aiohttp makes a fixture of."""

import os

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer


async def echo(request: web.Request) -> web.WebSocketResponse:
    """Say what is said."""
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
    return socket


@pytest.mark.parametrize("number", range(int(os.environ["TESTS"])))
async def test_a_message(number: int) -> None:
    """By a socket of this machine, and back."""
    app = web.Application()
    app.router.add_get("/", echo)
    async with TestClient(TestServer(app)) as client, client.ws_connect("/") as socket:
        await socket.send_str(f"hi {number}")
        assert await socket.receive_str() == f"hi {number}"
