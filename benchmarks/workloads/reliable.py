"""What it costs to lose nothing: fan-out to reliable JSON clients, and to JSON clients.

The service numbers the messages of each reliable client and keeps them until they are acknowledged.
With one message in flight the clients do that about once a second, as the official ones do, each at
a time of its own.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import SocketContestant
from benchmarks.contestants.ours import JSON, RELIABLE_JSON, client, ours
from benchmarks.load.listening import listening
from benchmarks.load.websockets import connect
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import Server, running
from benchmarks.workloads.fanout import UNIT, Publishing

_SIZE = 64
_LEAST = 0.6
_SUBPROTOCOLS = {"plain": JSON, "reliable": RELIABLE_JSON}


class Reliable(Workload[SocketContestant], frozen=True):
    """1,000 members of each kind, in a group of their own."""

    name: ClassVar[str] = "reliable"
    notes: ClassVar[str] = (
        "Each client acknowledges every 250 messages, at times of its own. No peer numbers and "
        "keeps messages in this way."
    )
    members: int = 1000
    in_flight: tuple[int, ...] = (1, 16)

    @property
    def title(self) -> str:
        """What it is."""
        return f"One message of {_SIZE} bytes to {self.members:,} plain or reliable members"

    @property
    def rows(self) -> Sequence[Row]:
        """Each kind, and one by the other."""
        return [row for number in self.in_flight for row in self._rows(number)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Ours alone."""
        return (ours,)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """All rows."""
        with running(contestant.name, contestant.command) as server:
            groups = {kind: await self._group(server, kind) for kind in _SUBPROTOCOLS}
            yield {
                _label(kind, number): partial(group.rate, _SIZE, number)
                for kind, group in groups.items()
                for number in self.in_flight
            }
            for group in groups.values():
                await group.leave()

    async def _group(self, server: Server, kind: str) -> Publishing:
        member = client(server.port, kind, joins=True, subprotocol=_SUBPROTOCOLS[kind])
        publisher = ours.publisher(server.port, kind)
        receivers = await connect([member] * self.members)
        listener = listening(member)
        [sender] = await connect([publisher])
        listener.add([*receivers, sender])
        if kind == "reliable":
            listener.acknowledge()
        return Publishing(publisher, sender, receivers, listener)

    def _rows(self, in_flight: int) -> Sequence[Row]:
        plain, reliable = (_label(kind, in_flight) for kind in _SUBPROTOCOLS)
        share = f"reliable / plain, {in_flight} in flight"
        return (
            Row(plain, UNIT),
            Row(reliable, UNIT),
            Row(
                share,
                "times",
                target=f"{_LEAST} times",
                reached=lambda medians: medians.at_least(share, _LEAST),
                digits=2,
                quotient=(reliable, plain),
            ),
        )


def _label(kind: str, in_flight: int) -> str:
    return f"{kind}, {in_flight} in flight"
