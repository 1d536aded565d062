"""One that sends its next message when the last has arrived: how long that takes."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from benchmarks.load.listening import Listener, listening
from benchmarks.load.meter import LEAD, Figure, Meter, percentile
from benchmarks.load.round_trips import Latencies
from benchmarks.load.websockets import Client, Endpoint, connect, leave
from benchmarks.workloads.echo import TEXT

#: A publisher to very many sends so many messages, however long that takes.
_LEAST = 40
_MINE = "mine".ljust(len(TEXT), "x")


class Lone(Protocol):
    """Somebody whose messages are measured."""

    async def round_trip(self, share: float, seconds: float) -> Figure:
        """The microseconds that this share of all messages did not exceed."""


class LoneClient:
    """Is sent what it sends."""

    def __init__(self, client: Client, load: Latencies) -> None:
        self._client = client
        self._load = load

    async def round_trip(self, share: float, seconds: float) -> Figure:
        """The microseconds that this share of all round trips did not exceed."""
        meter = Meter()
        measured = await self._load.one_after_the_other([self._client], seconds)
        return meter.figure(percentile(measured, share) * 1e6)


class LonePublisher:
    """Sends to many, who all have to have it."""

    def __init__(self, client: Client, members: int, listener: Listener) -> None:
        self._client = client
        self._members = members
        self._listener = listener

    async def round_trip(self, share: float, seconds: float) -> Figure:
        """The microseconds until all had this share of the messages."""
        await self._publish(seconds * LEAD, 1)
        meter = Meter()
        measured = await self._publish(seconds, _LEAST)
        return meter.figure(percentile(measured, share) * 1e6)

    async def _publish(self, seconds: float, least: int) -> Sequence[float]:
        meter, measured = Meter(), list[float]()
        while meter.seconds < seconds or len(measured) < least:
            begun = time.perf_counter()
            self._listener.expect(self._members)
            self._client.send()
            await self._listener.done()
            measured.append(time.perf_counter() - begun)
        return measured


@asynccontextmanager
async def lone_client(endpoint: Endpoint) -> AsyncIterator[LoneClient]:
    """Nobody else sends to it."""
    load = Latencies()
    [client] = await connect([endpoint], load.hear, TEXT)
    yield LoneClient(client, load)
    await leave([client])


@asynccontextmanager
async def lone_member(endpoint: Endpoint) -> AsyncIterator[LoneClient]:
    """Others may send the members of its group messages of the same length."""
    load = Latencies()

    def hear(client: Client, messages: int) -> None:
        if client.has_just_heard(_MINE.encode(), messages):
            load.hear(client, 1)

    [client] = await connect([endpoint], hear, _MINE)
    yield LoneClient(client, load)
    await leave([client])


@asynccontextmanager
async def lone_publisher(
    member: Endpoint, publisher: Endpoint, members: int, *, acknowledged: bool = False
) -> AsyncIterator[LonePublisher]:
    """Nobody else sends to its group."""
    receivers = await connect([member] * members)
    [client] = await connect([publisher], text=TEXT)
    listener = listening(member, shares_core=True)
    listener.add([*receivers, client])
    if acknowledged:
        listener.acknowledge()
    yield LonePublisher(client, members, listener)
    await leave([*receivers, client])
