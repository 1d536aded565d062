"""Ten times as many members of one group: whether a recipient costs more then.

Both are measured in the same server, the smaller group first.
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from benchmarks.contestants.contestant import SocketContestant
from benchmarks.contestants.nginx import nchan
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import ours
from benchmarks.contestants.python import socketify
from benchmarks.load.listening import listening
from benchmarks.load.meter import Figure
from benchmarks.load.websockets import connect
from benchmarks.runs import Row
from benchmarks.servers import running
from benchmarks.workloads.fanout import GROUP, UNIT, Publishing

_SIZE = 64
_MOST = 1.2


class Crowd(msgspec.Struct, frozen=True):
    """10,000 members after 1,000."""

    name: ClassVar[str] = "crowd"
    notes: ClassVar[str] = (
        "Both with the same server. The other peers are left out: they are compared in fan-out."
    )
    few: int = 1000
    many: int = 10_000
    in_flight: tuple[int, ...] = (1, 16)

    @property
    def title(self) -> str:
        """What it is."""
        return f"One message of {_SIZE} bytes to {self.many:,} members after {self.few:,}"

    @property
    def rows(self) -> Sequence[Row]:
        """With many in the group, and what that makes of the cost."""
        return [row for number in self.in_flight for row in self._rows(number)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, socketify, nchan, node_ws)

    async def measure(self, contestant: SocketContestant, seconds: float) -> Mapping[str, Figure]:
        """All rows."""
        with running(contestant.name, contestant.command) as server:
            member = contestant.member(server.port, GROUP)
            publisher = contestant.publisher(server.port, GROUP)
            [sender] = await connect([publisher])
            members = await connect([member] * self.few)
            listener = listening(member)
            listener.add([*members, sender])
            few = Publishing(publisher, sender, members, listener)
            before = {n: await few.rate(_SIZE, n, seconds) for n in self.in_flight}
            others = await connect([member] * (self.many - self.few))
            listener.add(others)
            many = Publishing(publisher, sender, [*members, *others], listener)
            after = {n: await many.rate(_SIZE, n, seconds) for n in self.in_flight}
            await many.leave()
        figures = {}
        for number in self.in_flight:
            rate, cost = self._labels(number)
            figures[rate] = after[number]
            times = before[number].value / after[number].value
            figures[cost] = after[number].of(times)
        return figures

    def _labels(self, in_flight: int) -> tuple[str, str]:
        return f"{in_flight} in flight", f"{in_flight} in flight, cost of a recipient"

    def _rows(self, in_flight: int) -> Sequence[Row]:
        rate, cost = self._labels(in_flight)
        return (
            Row(rate, UNIT),
            Row(
                cost,
                f"times that at {self.few:,}",
                higher_is_better=False,
                target=f"{_MOST} times",
                reached=lambda medians: medians.at_most(cost, _MOST),
                digits=2,
            ),
        )
