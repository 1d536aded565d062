"""Clients that behave badly, beside an audience that must not notice."""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeAlias

import pytest

from tests.load.clients import (
    GROUP,
    HUB,
    JSON,
    Audience,
    Client,
    Ticket,
    connect_many,
    to_group,
)
from tests.load.conftest import Serve, Served
from tests.service.fakes import client_frame
from webpubsub.service.settings import ServiceSettings

_MEBIBYTE = 1_048_576
_AUDIENCE = 50
_ROUNDS = 40
#: So much slower than on quiet days may the audience hear while others misbehave, and so many
#: seconds are always granted: two cores are shared by the service, its clients and whatever else
#: the machine does.
_RATIO = 25.0
_FLOOR = 0.25

SETTINGS = ServiceSettings(
    port=0, head_timeout=1.0, ping_interval=1.0, max_missed_pings=2, close_timeout=1.0
)

Rude: TypeAlias = Callable[[Served], Awaitable[object]]


async def _rounds(audience: Audience) -> float:
    """The usual time in which everybody hears a message."""
    seconds = [await audience.tell(f"message {number}") for number in range(_ROUNDS)]
    return statistics.median(seconds)


def _busy(client: Client, data: bytes) -> None:
    """Send for as long as the connection lasts."""

    async def send() -> None:
        while not client.gone.done():
            await client.write(data)
            await asyncio.sleep(0)

    client.busy = asyncio.get_running_loop().create_task(send())


async def flooding_publishers(served: Served) -> None:
    """They send to a group without members as fast as they are read."""
    clients = await connect_many(4, Ticket(served.port, subprotocol=JSON))
    for client in clients:
        _busy(client, client_frame(1, to_group("nobody", "x" * 500)) * 50)


async def flooding_visitors(served: Served) -> None:
    """They raise events faster than the application answers."""
    clients = await connect_many(4, Ticket(served.port))
    for client in clients:
        _busy(client, client_frame(1, b"x" * 500) * 50)


async def slow_readers(served: Served) -> None:
    """They are sent half a mebibyte a second each, and read a little of it now and then."""
    clients = await connect_many(20, Ticket(served.port, ["slow"]))

    async def dawdle(client: Client) -> None:
        while not client.gone.done():
            client.transport.pause_reading()
            await asyncio.sleep(0.2)
            client.transport.resume_reading()
            await asyncio.sleep(0.01)

    (publisher,) = await connect_many(1, Ticket(served.port, subprotocol=JSON))

    async def publish() -> None:
        while not publisher.gone.done():
            await publisher.write(client_frame(1, to_group("slow", "x" * 10_000)))
            await asyncio.sleep(0.02)

    loop = asyncio.get_running_loop()
    for client in clients:
        client.busy = loop.create_task(dawdle(client))
    publisher.busy = loop.create_task(publish())


async def half_open(served: Served) -> Sequence[Client]:
    """Hundreds connect and say nothing, or begin a handshake and say no more."""
    loop = asyncio.get_running_loop()
    beginning = Ticket(served.port).head[:100]
    clients = []
    for head in (b"", beginning) * 200:
        client = Client(head)
        await loop.create_connection(partial(_itself, client), "127.0.0.1", served.port)
        clients.append(client)
    return clients


def _itself(client: Client) -> Client:
    return client


async def strangers(served: Served) -> None:
    """They hammer at the door, and are turned away."""
    loop = asyncio.get_running_loop()
    head = f"GET /client/hubs/{HUB}?access_token=x HTTP/1.1\r\nHost: x\r\n\r\n".encode()

    async def knock() -> None:
        while True:
            _, client = await loop.create_connection(lambda: Client(head), "127.0.0.1", served.port)
            # Not simply awaited: cancelled, that would cancel the client's future.
            await asyncio.wait([client.gone])

    watcher = await Client.connect(Ticket(served.port))
    watcher.busy = asyncio.gather(*(knock() for _ in range(8)))


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    "rude",
    [flooding_publishers, flooding_visitors, slow_readers, half_open, strangers],
    ids=lambda rude: rude.__name__,
)
async def test_the_others_are_not_hurt(serve: Serve, rude: Rude) -> None:
    """Every message reaches the whole audience, and in a time that is bounded by that of quiet
    days."""
    served = serve(SETTINGS)
    audience = await Audience.gather(served.port, _AUDIENCE)
    quiet = await _rounds(audience)
    before = served.memory
    await rude(served)
    disturbed = await _rounds(audience)
    print(f"{quiet * 1000:.2f} ms, then {disturbed * 1000:.2f} ms")
    assert disturbed < max(_RATIO * quiet, _FLOOR)
    assert {member.messages for member in audience.members} == {2 * _ROUNDS}
    assert served.memory - before < 64 * _MEBIBYTE


@pytest.mark.timeout(120)
async def test_who_never_reads_is_dropped(serve: Serve) -> None:
    """A client that leaves too much unread is cut off, and what was kept for it is given back; the
    audience in the same group hears every message."""
    served = serve(ServiceSettings(port=0, max_queued_bytes=_MEBIBYTE))
    audience = await Audience.gather(served.port, _AUDIENCE)
    deaf = await connect_many(10, Ticket(served.port, [GROUP]))
    for client in deaf:
        client.transport.pause_reading()
    before = served.memory
    for number in range(200):
        await audience.tell(f"{number:05}" + "x" * 50_000)
        if served.count("websocket.slow-client") == len(deaf):
            break
    assert served.settled(lambda: served.count("websocket.slow-client") == len(deaf))
    assert served.memory - before < 64 * _MEBIBYTE
    await audience.tell("still here")


@pytest.mark.timeout(60)
async def test_who_gives_no_sign_of_life_is_dropped(serve: Serve) -> None:
    """A client that answers no ping is cut off after the intervals it may miss; one that answers
    stays."""
    served = serve(SETTINGS)
    alive = await connect_many(20, Ticket(served.port))
    dead = await connect_many(20, Ticket(served.port))
    for client in dead:
        client.transport.pause_reading()
    assert await asyncio.to_thread(
        served.settled, lambda: served.count("websocket.ping-timeout") >= len(dead)
    )
    assert served.count("websocket.ping-timeout") == len(dead)
    assert not any(client.gone.done() for client in alive)


@pytest.mark.timeout(60)
async def test_half_a_handshake_is_not_waited_for(serve: Serve) -> None:
    """Who says nothing, or not enough, is cut off in time."""
    served = serve(SETTINGS)
    for client in await half_open(served):
        await client.wait_until_gone()
        assert client.status == 0


async def test_an_application_that_is_slow_slows_the_client(serve: Serve) -> None:
    """A client that sends events faster than they are answered is read from no faster, and what it
    sends stays in the network instead of in memory."""
    served = serve(ServiceSettings(port=0))
    client = await Client.connect(Ticket(served.port))
    before = served.memory
    flood = client_frame(2, bytes(100_000)) * 10
    sent = 0
    deadline = time.monotonic() + 2.0
    while time.monotonic() < deadline and await client.try_write(flood):
        sent += len(flood)
    # The application takes five megabytes a second; unhindered, hundreds would go through.
    assert sent < 50_000_000
    assert served.memory - before < 8 * _MEBIBYTE
