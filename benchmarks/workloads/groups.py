"""Many small groups, in which everybody talks, and one in which one member does: messages delivered
per second."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import SocketContestant
from benchmarks.contestants.nginx import nchan
from benchmarks.contestants.node import node_ws, socket_io
from benchmarks.contestants.ours import ours
from benchmarks.contestants.python import aiohttp, socketify
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running
from benchmarks.workloads.echo import together
from benchmarks.workloads.fanout import UNIT, publishing

_SIZE, _IN_FLIGHT = 64, 16
_TIMES = 2


class Groups(Workload[SocketContestant], frozen=True):
    """Some groups of ten, and fewer of thirty."""

    name: ClassVar[str] = "groups"
    title: ClassVar[str] = "Small groups, 64 bytes"
    notes: ClassVar[str] = (
        "Where everybody sends, a member sends its next message when it has received as many as "
        "its group has members. NATS is measured in fan-out alone, the raw loop has one group, and "
        "picows has none."
    )
    #: How many of how many members.
    sizes: tuple[tuple[int, int], ...] = ((100, 10), (30, 30))
    published: int = 30

    @property
    def rows(self) -> Sequence[Row]:
        """Where everybody sends, and where one does."""
        everybody = [self._row(_label(groups, members)) for groups, members in self.sizes]
        return [*everybody, Row(self._published, UNIT)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, socketify, node_ws, nchan, socket_io, aiohttp)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """All rows, on one server."""
        slices: dict[str, Slice] = {}
        async with AsyncExitStack() as stack:
            port = stack.enter_context(running(contestant.name, contestant.command)).port
            for groups, members in self.sizes:
                names = [f"of{members}-{number}" for number in range(groups)]
                endpoints = [contestant.member(port, name) for name in names] * members
                everybody = await stack.enter_async_context(together(endpoints, members))
                slices[_label(groups, members)] = everybody.rate
            work = publishing(contestant, port, "published", self.published)
            one = await stack.enter_async_context(work)
            slices[self._published] = partial(one.rate, _SIZE, _IN_FLIGHT)
            yield slices

    @property
    def _published(self) -> str:
        return f"one of {self.published}, one sends, {_IN_FLIGHT} in flight"

    @staticmethod
    def _row(label: str) -> Row:
        return Row(
            label,
            UNIT,
            target=f"{_TIMES} x {node_ws.name}",
            reached=lambda medians: medians.ratio_at_least(label, _TIMES, node_ws.name),
        )


def _label(groups: int, members: int) -> str:
    return f"{groups} of {members}, everybody sends"
