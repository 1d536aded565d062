"""One client does round trips, and another sends without end: how much later the slowest answers
of the first come then."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import ours, simple_client
from benchmarks.load.flood import flooding
from benchmarks.load.meter import Figure
from benchmarks.load.websockets import Endpoint
from benchmarks.runs import Row
from benchmarks.servers import Server, running
from benchmarks.workloads.echo import TEXT
from benchmarks.workloads.idle import round_trip

GROUPS = "by a group"
EVENTS = "by a typed function"
EMPTY = "by a typed function, empty messages"
_LATEST = 2.0
_SLOWEST = 0.99
#: With and without in turn: what else the machine does delays the slowest of some, not of most.
_SLICES = 5
#: A server that has done nothing for so long has handled all that had arrived of the flood.
_QUIET = 0.1
_PATIENCE = 20.0


class Fairness(msgspec.Struct, frozen=True):
    """Of groups, and of events."""

    name: ClassVar[str] = "fairness"
    title: ClassVar[str] = "A round trip while another client floods, 99th percentile"
    notes: ClassVar[str] = (
        "Medians of five short measurements with and without in turn. The flood is of the same "
        "kind as the round trips, and all of it has been handled before the next measurement "
        "without: messages to a group that has one member, or events, as fast as "
        "the server takes them; empty ones are the smallest a client can send, and so come the "
        "fastest. The other peers are left out."
    )

    @property
    def rows(self) -> Sequence[Row]:
        """With and without, and one by the other."""
        return [row for way in (GROUPS, EVENTS, EMPTY) for row in _rows(way)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, node_ws)

    async def measure(self, contestant: SocketContestant, seconds: float) -> Mapping[str, Figure]:
        """Both ways, of ours."""
        with running(contestant.name, contestant.command) as server:
            client = contestant.echo(server.port, 0)
            flood = contestant.member(server.port, "flood")
            figures = await _compared(server, GROUPS, client, flood, seconds)
        if contestant is ours:
            with running(OURS, echo_function.command) as server:
                client = simple_client(server.port)
                figures |= await _compared(server, EVENTS, client, client, seconds)
                figures |= await _compared(server, EMPTY, client, client, seconds, text="")
        return figures


def _labels(way: str) -> tuple[str, str, str]:
    return f"{way}, alone", f"{way}, beside the flood", f"{way}, beside the flood / alone"


def _rows(way: str) -> Sequence[Row]:
    alone, beside, times = _labels(way)
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
        ),
    )


async def _compared(
    server: Server, way: str, client: Endpoint, flood: Endpoint, seconds: float, text: str = TEXT
) -> dict[str, Figure]:
    alone, beside = [], []
    with flooding(flood, text) as flooder:
        for _ in range(_SLICES):
            await _quiet(server)
            alone.append(await round_trip(client, seconds / _SLICES, _SLOWEST))
            flooder.resume()
            beside.append(await round_trip(client, seconds / _SLICES, _SLOWEST))
            flooder.suspend()
    usual_alone, usual_beside = _usual(alone), _usual(beside)
    times = usual_beside.of(usual_beside.value / usual_alone.value)
    return dict(zip(_labels(way), (usual_alone, usual_beside, times), strict=True))


async def _quiet(server: Server) -> None:
    """Until a server has nothing more to do. Raises RuntimeError when it does not come to rest."""
    until = time.monotonic() + _PATIENCE
    spent = -1.0
    while spent < (spent := server.cpu_seconds):
        if time.monotonic() > until:
            raise RuntimeError("the server is busy though nobody sends anything")
        await asyncio.sleep(_QUIET)


def _usual(figures: Sequence[Figure]) -> Figure:
    return sorted(figures, key=lambda figure: figure.value)[len(figures) // 2]
