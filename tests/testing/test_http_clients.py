"""How HTTP and WebSocket clients get to a server without a port."""

import asyncio

from aiohttp import TCPConnector, WSMsgType, web

from webpubsub.testing.http_clients import HttpClients, new_session


async def _answer(request: web.BaseRequest) -> web.StreamResponse:
    if "Upgrade" not in request.headers:
        return web.Response(text=f"{request.method} {request.raw_path} of {request.host}")
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data.upper())
    return socket


async def test_requests_come_through_the_door() -> None:
    """Wherever they go, on connections that are used again."""
    server = web.Server(_answer)
    doors: list[asyncio.Protocol] = []

    def door() -> asyncio.Protocol:
        doors.append(server())
        return doors[-1]

    async with new_session(door) as session:
        for _ in range(2):
            async with session.post("http://nowhere.test/a?b=c", data="x" * 100_000) as answer:
                assert await answer.text() == "POST /a?b=c of nowhere.test"
        assert len(doors) == 1
    await server.shutdown(1)


async def test_websockets_come_through_the_door() -> None:
    """And say goodbye."""
    server = web.Server(_answer)
    async with new_session(server) as session:
        socket = await session.ws_connect("ws://nowhere.test/")
        await socket.send_str("hi")
        message = await socket.receive()
        assert (message.type, message.data) == (WSMsgType.TEXT, "HI")
        await socket.close()
        assert socket.close_code == 1000
    await server.shutdown(1)


async def test_every_purpose_has_a_client_of_its_own() -> None:
    """Which is kept until nobody needs it any more."""
    server = web.Server(_answer)
    ways = HttpClients(sockets=False)
    session = ways.session("app", server)
    assert ways.session("app", server) is session
    assert ways.session("rest", server) is not session
    async with session.get("http://nowhere.test/a") as answer:
        assert await answer.text() == "GET /a of nowhere.test"
    await ways.close()
    assert session.closed
    other = HttpClients(sockets=True)
    session = other.session("app", server)
    assert isinstance(session.connector, TCPConnector)
    await other.abandon()
    assert session.closed
    await server.shutdown(1)
