"""One client that sends its next message when it has the answer to the last: how long that takes
while nobody else wants anything."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import ours, simple_client
from benchmarks.contestants.python import aiohttp, picows
from benchmarks.load.meter import Figure, Meter, percentile
from benchmarks.load.round_trips import Latencies
from benchmarks.load.websockets import Endpoint, connect, leave
from benchmarks.runs import Row
from benchmarks.servers import running
from benchmarks.workloads.echo import FUNCTION, GROUP, TEXT

_LATEST = 1.3


class Idle(msgspec.Struct, frozen=True):
    """Of one client."""

    name: ClassVar[str] = "idle"
    title: ClassVar[str] = "One idle round trip"
    notes: ClassVar[str] = (
        "Medians of each round. picows is the library that ours reads and writes WebSockets with, "
        "and its own echo server does nothing else."
    )

    @property
    def rows(self) -> Sequence[Row]:
        """Two ways."""
        return (self._row(GROUP), self._row(FUNCTION))

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, picows, node_ws, aiohttp)

    async def measure(self, contestant: SocketContestant, seconds: float) -> Mapping[str, Figure]:
        """What a peer does is compared with both ways of ours."""
        with running(contestant.name, contestant.command) as server:
            figure = await _median(contestant.echo(server.port, 0), seconds)
        if contestant is not ours:
            return {GROUP: figure, FUNCTION: figure}
        with running(OURS, echo_function.command) as server:
            return {GROUP: figure, FUNCTION: await _median(simple_client(server.port), seconds)}

    @staticmethod
    def _row(label: str) -> Row:
        return Row(
            label,
            "µs",
            higher_is_better=False,
            target=f"{_LATEST} x {picows.name}",
            reached=lambda medians: medians.ratio_at_most(label, _LATEST, picows.name),
        )


async def round_trip(endpoint: Endpoint, seconds: float, share: float) -> Figure:
    """The microseconds that this share of all round trips did not exceed."""
    load = Latencies()
    clients = await connect([endpoint], load.hear, TEXT)
    meter = Meter()
    measured = await load.one_after_the_other(clients, seconds)
    figure = meter.figure(percentile(measured, share) * 1e6)
    await leave(clients)
    return figure


async def _median(endpoint: Endpoint, seconds: float) -> Figure:
    return await round_trip(endpoint, seconds, 0.5)
