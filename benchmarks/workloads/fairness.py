"""One client does round trips, and another sends without end: how much later the slowest answers
of the first come then."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

import psutil

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import ours, simple_client
from benchmarks.load.flood import Flood, flooding, of_echoes, to_group
from benchmarks.load.meter import LEAD, Figure
from benchmarks.load.websockets import Endpoint
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import Server, running
from benchmarks.workloads.echo import TEXT
from benchmarks.workloads.idle import LoneClient, lone_client

GROUPS = "by a group"
CROWD = "by a group, messages to many"
EVENTS = "by a typed function"
SHORT = "by a typed function, messages of a byte"
_LATEST = 2.0
_IN_FLIGHT = 16
_SLOWEST = 0.99
_WARM_UP = 0.4
#: A server that has hardly been at work for so long has handled all of the flood.
_QUIET = 0.05
_AT_WORK = 0.5
_PATIENCE = 20.0


class Fairness(Workload[SocketContestant], frozen=True):
    """Of groups, and of events."""

    name: ClassVar[str] = "fairness"
    warms_up: ClassVar[bool] = False
    title: ClassVar[str] = "A round trip while another client floods, 99th percentile"
    notes: ClassVar[str] = (
        "The flood lasts as long as a slice, and all of it has been handled before anything else "
        "is measured. It is of the same kind as the round trips, messages to a group that has one "
        "member, or events: 4,096 are unanswered at any time, no more, because the queue that Node "
        "ws makes of an endless flood takes a minute to be handled, in which nothing is measured; "
        "those of a byte are the smallest that are answered. Or it is messages to the 1,000 "
        "members of another group, 16 in flight. The other peers are left out."
    )

    members: int = 1000

    @property
    def rows(self) -> Sequence[Row]:
        """Without and with, and one by the other."""
        return [row for way in (GROUPS, CROWD, EVENTS, SHORT) for row in _rows(way)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, node_ws)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Both ways, of ours."""
        with running(contestant.name, contestant.command) as server:
            client, other = (contestant.echo(server.port, number) for number in range(2))
            own = of_echoes(contestant.member(server.port, "flood"), TEXT)
            many = to_group(
                contestant.member(server.port, "crowd"),
                contestant.publisher(server.port, "crowd"),
                self.members,
                _IN_FLIGHT,
            )
            async with (
                _compared(server, GROUPS, client, own) as groups,
                _compared(server, CROWD, other, many) as crowds,
            ):
                if contestant is not ours:
                    yield {**groups, **crowds}
                    return
                with running(OURS, echo_function.command) as app:
                    client = simple_client(app.port)
                    async with (
                        _compared(app, EVENTS, client, of_echoes(client, TEXT)) as events,
                        _compared(app, SHORT, client, of_echoes(client, "x")) as short,
                    ):
                        yield {**groups, **crowds, **events, **short}


def _labels(way: str) -> tuple[str, str]:
    return f"{way}, alone", f"{way}, beside the flood"


def _rows(way: str) -> Sequence[Row]:
    alone, beside = _labels(way)
    times = f"{way}, beside the flood / alone"
    return (
        Row(alone, "µs", higher_is_better=False),
        Row(beside, "µs", higher_is_better=False),
        Row(
            times,
            "times",
            higher_is_better=False,
            target=f"{_LATEST:g} times",
            reached=lambda medians: medians.at_most(times, _LATEST),
            digits=1,
            quotient=(beside, alone),
        ),
    )


@asynccontextmanager
async def _compared(
    server: Server, way: str, client: Endpoint, flood: Flood
) -> AsyncIterator[Mapping[str, Slice]]:
    async with lone_client(client) as one:
        with flooding(flood) as flooder:
            await _quiet(server)
            await one.round_trip(_SLOWEST, _WARM_UP)
            slices = (
                partial(one.round_trip, _SLOWEST),
                partial(_beside_flood, one, flooder, server),
            )
            yield dict(zip(_labels(way), slices, strict=True))


async def _beside_flood(
    one: LoneClient, flooder: psutil.Process, server: Server, seconds: float
) -> Figure:
    flooder.resume()
    asyncio.get_running_loop().call_later(seconds * (1 + LEAD), flooder.suspend)
    figure = await one.round_trip(_SLOWEST, seconds)
    await _quiet(server)
    return figure


async def _quiet(server: Server) -> None:
    """Until a server has nothing more to do. Raises RuntimeError when it does not come to rest."""
    until = time.monotonic() + _PATIENCE
    spent = -1.0
    while server.cpu_seconds - spent > _QUIET * _AT_WORK:
        if time.monotonic() > until:
            raise RuntimeError("the server is busy though nobody sends anything")
        spent = server.cpu_seconds
        await asyncio.sleep(_QUIET)
