"""Connections: what a recipient of a message costs when there are many, and a connection itself."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.ours import ours
from benchmarks.contestants.python import raw_loop
from benchmarks.growth.cost import cost
from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.study import Study, Tell
from benchmarks.load.listening import Listener, listening
from benchmarks.load.websockets import Client, connect, leave
from benchmarks.servers import Server, running

_SIZES = (1_000, 2_000, 4_500, 9_000, 18_000)
_GROUP = "room"
_TEXT = "x" * 64
#: For the server to come to rest after many connections have begun.
_REST = 0.5
_KIBIBYTE = 1024


class Crowd(NamedTuple):
    """Members of one group, and who listens to them."""

    server: Server
    contestant: SocketContestant
    listener: Listener | None = None


async def measure(sizes: Sequence[int], seconds: float, tell: Tell) -> Sequence[Panel]:
    """Memory of connections that nothing is sent to, and then fan-out: also of the plain loop, in
    which more sockets cost more, too."""
    memory = Curve("JSON clients", await _memory(sizes, tell), linear=0)
    clients = await _fan_out(ours, sizes, seconds, tell)
    loop = Curve("a plain loop", await _fan_out(raw_loop, sizes, seconds, tell), linear=None)
    return [
        Panel(
            title="A message of 64 bytes to all connections",
            x_label="connections",
            y_label="µs for each recipient",
            curves=[Curve("JSON clients", clients, linear=0, floor=loop), loop],
        ),
        Panel(
            title="Idle connections",
            x_label="connections",
            y_label="KiB for each connection",
            curves=[memory],
        ),
    ]


async def _memory(sizes: Sequence[int], tell: Tell) -> Sequence[Point]:
    with running(OURS, ours.command) as server:
        before = server.memory

        async def each(clients: Sequence[Client]) -> float:
            return (server.memory - before) / len(clients) / _KIBIBYTE

        return await _with_more_and_more(Crowd(server, ours), sizes, each, tell)


async def _fan_out(
    contestant: SocketContestant, sizes: Sequence[int], seconds: float, tell: Tell
) -> Sequence[Point]:
    with running(contestant.name, contestant.command) as server:
        endpoint = contestant.publisher(server.port, _GROUP)
        (publisher,) = await connect([endpoint], text=_TEXT)
        listener = listening(endpoint)
        listener.add([publisher])

        async def each(clients: Sequence[Client]) -> float:
            async def message() -> int:
                listener.expect(len(clients))
                publisher.send()
                await listener.done()
                return len(clients)

            return await cost([server], message, seconds)

        points = await _with_more_and_more(Crowd(server, contestant, listener), sizes, each, tell)
        await leave([publisher])
        return points


async def _with_more_and_more(
    crowd: Crowd,
    sizes: Sequence[int],
    figure: Callable[[Sequence[Client]], Awaitable[float]],
    tell: Tell,
) -> Sequence[Point]:
    member = crowd.contestant.member(crowd.server.port, _GROUP)
    clients: list[Client] = []
    points = []
    for fewer, size in pairwise((0, *sizes)):
        tell(f"{size:,} of {crowd.contestant.name}")
        more = await connect([member] * (size - fewer))
        if crowd.listener:
            crowd.listener.add(more)
        clients += more
        await asyncio.sleep(_REST)
        points.append(Point(size, await figure(clients)))
    await leave(clients)
    return points


STUDY = Study("connections", "More connections", _SIZES, measure)
