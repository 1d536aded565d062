"""Ten times as many members of one group: whether a recipient costs more then.

Both groups are on the same server at the same time.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import SocketContestant
from benchmarks.contestants.nginx import nchan
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import ours
from benchmarks.contestants.python import socketify
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running
from benchmarks.workloads.fanout import UNIT, publishing

_SIZE = 64
_MOST = 1.2


class Crowd(Workload[SocketContestant], frozen=True):
    """10,000 members beside 1,000."""

    name: ClassVar[str] = "crowd"
    #: Each has more than half as many clients as one process may usually have.
    company: ClassVar[int] = 1
    few: int = 1000
    many: int = 10_000
    in_flight: tuple[int, ...] = (1, 16)

    @property
    def title(self) -> str:
        """What it is."""
        return f"One message of {_SIZE} bytes to {self.many:,} members, and to {self.few:,}"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "Both groups are on the same server and measured in turn, but contestants one after "
            "the other, because of the number of files that a process may open. The other peers "
            "are left out: they are compared in fan-out."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """With few in the group, with many, and what that makes of the cost."""
        return [row for number in self.in_flight for row in self._rows(number)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, socketify, nchan, node_ws)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """All rows."""
        with running(contestant.name, contestant.command) as server:
            async with (
                publishing(contestant, server.port, "few", self.few) as few,
                publishing(contestant, server.port, "many", self.many) as many,
            ):
                yield {
                    label: partial(group.rate, _SIZE, number)
                    for number in self.in_flight
                    for label, group in zip(self._labels(number), (few, many), strict=True)
                }

    def _labels(self, in_flight: int) -> tuple[str, str]:
        return f"{in_flight} in flight to {self.few:,}", f"{in_flight} in flight to {self.many:,}"

    def _rows(self, in_flight: int) -> Sequence[Row]:
        few, many = self._labels(in_flight)
        cost = f"{in_flight} in flight, cost of a recipient"
        return (
            Row(few, UNIT),
            Row(many, UNIT),
            Row(
                cost,
                f"times that at {self.few:,}",
                higher_is_better=False,
                target=f"{_MOST} times",
                reached=lambda medians: medians.at_most(cost, _MOST),
                digits=2,
                quotient=(few, many),
            ),
        )
