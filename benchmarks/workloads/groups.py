"""Many small groups, in which everybody talks: messages delivered per second.

A member sends its next message when it has received as many as its group has members.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from benchmarks.contestants.contestant import SocketContestant
from benchmarks.contestants.nginx import nchan
from benchmarks.contestants.node import node_ws, socket_io
from benchmarks.contestants.ours import ours
from benchmarks.contestants.python import aiohttp, socketify
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running
from benchmarks.workloads.echo import together
from benchmarks.workloads.fanout import UNIT

DELIVERED = "64 bytes, everybody sends"
_TIMES = 2


class Groups(Workload[SocketContestant], frozen=True):
    """100 groups of 10."""

    name: ClassVar[str] = "groups"
    groups: int = 100
    members: int = 10

    @property
    def title(self) -> str:
        """What it is."""
        return f"{self.groups} groups of {self.members}"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "A member sends its next message when it has received as many as its group has "
            "members. NATS is measured in fan-out alone, the raw loop has one group, and picows "
            "has none."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """One."""
        return (
            Row(
                DELIVERED,
                UNIT,
                target=f"{_TIMES} x {node_ws.name}",
                reached=lambda medians: medians.ratio_at_least(DELIVERED, _TIMES, node_ws.name),
            ),
        )

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, socketify, node_ws, nchan, socket_io, aiohttp)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Of all groups."""
        with running(contestant.name, contestant.command) as server:
            endpoints = [contestant.member(server.port, f"group{n}") for n in range(self.groups)]
            async with together(endpoints * self.members, self.members) as everybody:
                yield {DELIVERED: everybody.rate}
