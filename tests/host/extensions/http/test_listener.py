"""The TCP listener of the function app."""

import asyncio
import socket

import pytest
from aiohttp import ClientSession, web

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.listener import Listener


async def _hello(request: web.BaseRequest) -> web.StreamResponse:
    return web.Response(text="hello")


async def test_a_busy_port_is_named() -> None:
    """The error says which port, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HostError, match=f"port {port} is in use .* --port"):
            await Listener(_hello, "127.0.0.1", port).start()


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 70000), ("203.0.113.1", 0)])
async def test_an_impossible_address_is_named(address: str, port: int) -> None:
    """Neither is a traceback."""
    with pytest.raises(HostError, match=f"cannot listen on {address} port {port}: "):
        await Listener(_hello, address, port).start()


async def test_the_port_is_free_again_after_stop() -> None:
    """A second listener takes the place of a stopped one, also with clients still connected."""
    listener = Listener(_hello, "127.0.0.1", 0)
    await listener.start()
    async with ClientSession() as session:
        url = f"http://127.0.0.1:{listener.port}/"
        await (await session.get(url)).read()
        await listener.stop(5)
        successor = Listener(_hello, "127.0.0.1", listener.port)
        await successor.start()
        assert await (await session.get(url)).text() == "hello"
        await successor.stop(5)


async def test_a_request_that_has_begun_is_finished() -> None:
    """Stopping waits for answers that are being made."""
    begun, release = asyncio.Event(), asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.StreamResponse:
        begun.set()
        await release.wait()
        return web.Response(text="done")

    listener = Listener(slow, "127.0.0.1", 0)
    await listener.start()
    async with ClientSession() as session:
        answer = asyncio.ensure_future(session.get(f"http://127.0.0.1:{listener.port}/"))
        await begun.wait()
        stopping = asyncio.ensure_future(listener.stop(5))
        await asyncio.sleep(0)
        release.set()
        assert await (await answer).text() == "done"
        await stopping


async def test_stop_without_start_does_nothing() -> None:
    """A host that failed to start is stopped all the same."""
    listener = Listener(_hello, "127.0.0.1", 7071)
    await listener.stop(5)
    assert listener.port == 7071
