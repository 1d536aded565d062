"""The TCP listener of the function app."""

import asyncio
import socket
from contextlib import suppress
from itertools import count

import pytest
from aiohttp import ClientSession, TCPConnector

from tests.host.extensions.http.talking import Client, listening
from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.answers import Answer, text_answer
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.testing.http_clients import new_session


async def _hello(request: Request) -> Answer:
    return text_answer(200, "hello")


def _listener(handler: Handler, address: str, port: int) -> Listener:
    listener = Listener(address, port)
    listener.handler = handler
    return listener


async def test_a_busy_port_is_named() -> None:
    """The error says which port, and how to choose another."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(HostError, match=f"port {port} is in use .* --port"):
            await _listener(_hello, "127.0.0.1", port).start()


@pytest.mark.parametrize(("address", "port"), [("127.0.0.1", 70000), ("203.0.113.1", 0)])
async def test_an_impossible_address_is_named(address: str, port: int) -> None:
    """Neither is a traceback."""
    with pytest.raises(HostError, match=f"cannot listen on {address} port {port}: "):
        await _listener(_hello, address, port).start()


async def test_long_headers_arrive() -> None:
    """As on Azure, where tokens with many groups are long; more is refused, and does no harm."""
    listener = _listener(_hello, "127.0.0.1", 0)
    await listener.start()
    async with ClientSession() as session:
        url = f"http://127.0.0.1:{listener.port}/"
        for length, status in ((30_000, 200), (40_000, 400), (1, 200)):
            async with session.get(url, headers={"Authorization": "x" * length}) as answer:
                assert answer.status == status
    await listener.stop(0)


async def test_the_port_is_free_again_after_stop() -> None:
    """A second listener takes the place of a stopped one, also with clients still connected."""
    listener = _listener(_hello, "127.0.0.1", 0)
    await listener.start()
    async with ClientSession() as session:
        url = f"http://127.0.0.1:{listener.port}/"
        await (await session.get(url)).read()
        await listener.stop(5)
        successor = _listener(_hello, "127.0.0.1", listener.port)
        await successor.start()
        assert await (await session.get(url)).text() == "hello"
        await successor.stop(5)


@pytest.mark.parametrize("turns", range(4))
async def test_who_comes_while_it_stops_is_sent_away(turns: int) -> None:
    """At once, in whichever turn of the event loop."""
    listener = _listener(_hello, "127.0.0.1", 0)
    await listener.start()
    with socket.create_connection(("127.0.0.1", listener.port)) as client:
        client.setblocking(False)
        for _ in range(turns):
            await asyncio.sleep(0)
        await listener.stop(5)
        with suppress(ConnectionResetError):
            heard = asyncio.get_running_loop().sock_recv(client, 1)
            assert await asyncio.wait_for(heard, 10) == b""


async def test_a_request_that_has_begun_is_finished() -> None:
    """Stopping waits for answers that are being made."""
    begun, release = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Answer:
        begun.set()
        await release.wait()
        return text_answer(200, "done")

    listener = _listener(slow, "127.0.0.1", 0)
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
    listener = _listener(_hello, "127.0.0.1", 7071)
    await listener.stop(5)
    assert listener.port == 7071


async def test_a_connection_outlives_a_change_of_handlers() -> None:
    """A request is answered by the handler it found; the next one on its connection by the new one.
    Before there is one, the answer is 503."""
    begun, release = asyncio.Event(), asyncio.Event()

    async def slow(request: Request) -> Answer:
        begun.set()
        await release.wait()
        return text_answer(200, "old")

    listener = Listener("127.0.0.1", 0)
    await listener.start()
    await listener.start()  # it is open already
    connector = TCPConnector(limit=1)
    async with ClientSession(connector=connector) as session:
        url = f"http://127.0.0.1:{listener.port}/"
        assert (await session.get(url)).status == 503
        listener.handler = slow
        answer = asyncio.ensure_future(session.get(url))
        await begun.wait()
        listener.handler = _hello
        release.set()
        assert await (await answer).text() == "old"
        assert await (await session.get(url)).text() == "hello"
    await listener.stop(5)


async def test_connections_may_come_through_a_door() -> None:
    """Then nothing listens, if nothing is to; the door opens with the start."""
    listener = Listener("127.0.0.1", 0, listens=False)
    listener.handler = _hello
    with pytest.raises(RuntimeError, match="has not been started"):
        listener.door()
    await listener.start()
    assert listener.port == 0
    async with new_session(listener.door) as session:
        assert await (await session.get("http://nowhere.test/")).text() == "hello"
    await listener.stop(1)


@pytest.mark.parametrize("takes", [True, False])
@pytest.mark.parametrize(("calm", "at_once"), [(False, 1), (True, 3)])
async def test_requests_that_come_at_once_have_their_turns(
    takes: bool, calm: bool, at_once: int
) -> None:
    """Others are heard between; while there are none, more and more requests begin at once."""
    begun, heard = [0], count()

    async def begin(_: Request) -> Answer:
        begun[0] += 1
        return Answer(200)

    async with listening(begin, takes=takes) as listener:
        if not calm:
            listener.heard = lambda: next(heard)
        clients = [Client(listener) for _ in range(40)]
        for client in clients:
            client.transport.write(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        most = 0
        while begun[0] < len(clients):
            before = begun[0]
            await asyncio.sleep(0)
            most = max(most, begun[0] - before)
        assert most == at_once
