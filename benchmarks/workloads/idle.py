"""One client that sends its next message when it has the answer to the last: how long that takes
while nobody else wants anything."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import ours, simple_client
from benchmarks.contestants.python import aiohttp, picows
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running
from benchmarks.workloads.echo import FUNCTION, GROUP
from benchmarks.workloads.lone import lone_client

_LATEST = 1.3


class Idle(Workload[SocketContestant], frozen=True):
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

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """What a peer does is compared with both ways of ours."""
        with running(contestant.name, contestant.command) as server:
            async with lone_client(contestant.echo(server.port, 0)) as client:
                echo = partial(client.round_trip, 0.5)
                if contestant is not ours:
                    yield {GROUP: echo, FUNCTION: echo}
                    return
                with running(OURS, echo_function.command) as app:
                    async with lone_client(simple_client(app.port)) as other:
                        yield {GROUP: echo, FUNCTION: partial(other.round_trip, 0.5)}

    @staticmethod
    def _row(label: str) -> Row:
        return Row(
            label,
            "µs",
            higher_is_better=False,
            target=f"{_LATEST} x {picows.name}",
            reached=lambda medians: medians.ratio_at_most(label, _LATEST, picows.name),
        )
