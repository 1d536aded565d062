"""One message to many: messages delivered per second.

A publisher writes some messages at once, and the next when every receiver has all of them. Ours
checks the publisher's permission and makes JSON of a text; the peers only copy.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import SocketContestant
from benchmarks.contestants.nats import nats
from benchmarks.contestants.nginx import nchan
from benchmarks.contestants.node import node_ws, socket_io
from benchmarks.contestants.ours import ours
from benchmarks.contestants.python import aiohttp, raw_loop, socketify
from benchmarks.load.listening import Listener, listening
from benchmarks.load.meter import LEAD, Figure, Meter
from benchmarks.load.websockets import Client, Endpoint, connect, leave
from benchmarks.runs import Medians, Row, Slice, Workload
from benchmarks.servers import running

GROUP = "room"
UNIT = "messages/s"
#: What takes so many times as long as it should be measured is done only once.
_LONG = 2


class Publishing:
    """A publisher and its receivers."""

    def __init__(
        self,
        endpoint: Endpoint,
        publisher: Client,
        receivers: Sequence[Client],
        listener: Listener,
    ) -> None:
        self._endpoint = endpoint
        self._publisher = publisher
        self._receivers = receivers
        self._listener = listener

    async def rate(self, size: int, in_flight: int, seconds: float) -> Figure:
        """Messages of ``size`` bytes delivered per second."""
        text = "x" * size
        message = self._endpoint.frame(text) * in_flight
        expected = len(self._receivers) * in_flight
        counts = self._endpoint.size_of(text) if self._endpoint.size_of else 1
        repeat = partial(self._repeat, message, in_flight, expected * counts)
        meter = Meter()
        times = await repeat(seconds * LEAD)
        if meter.seconds < seconds * _LONG:
            meter = Meter()
            times = await repeat(seconds)
        return meter.rate(expected * times)

    async def leave(self) -> None:
        """All end their connections."""
        await leave([*self._receivers, self._publisher])

    async def _repeat(self, message: bytes, in_flight: int, expected: int, seconds: float) -> int:
        meter, times = Meter(), 0
        while meter.seconds < seconds:
            self._listener.expect(expected)
            self._publisher.write(message)
            await self._listener.done()
            times += 1
        return times


@asynccontextmanager
async def publishing(
    contestant: SocketContestant, port: int, group: str, members: int
) -> AsyncIterator[Publishing]:
    """To so many members of a group, by somebody who is none of them."""
    member = contestant.member(port, group)
    publisher = contestant.publisher(port, group)
    receivers = await connect([member] * members)
    [sender] = await connect([publisher])
    listener = listening(member)
    listener.add([*receivers, sender])
    work = Publishing(publisher, sender, receivers, listener)
    yield work
    await work.leave()


class Fanout(Workload[SocketContestant], frozen=True):
    """To 1,000 members."""

    name: ClassVar[str] = "fanout"
    members: int = 1000
    sizes: tuple[int, ...] = (64, 2048)
    in_flight: tuple[int, ...] = (1, 16, 64)

    @property
    def title(self) -> str:
        """What it is."""
        return f"One message to {self.members:,} members of a group"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "The raw loop is no peer but a limit: a plain Python loop over the members' sockets, "
            "one system call for each message and member. Ours makes JSON for clients of the JSON "
            "subprotocol; NATS puts several messages of its own protocol into one binary frame. "
            "picows has no groups."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """A row for each size and number in flight."""
        return [self._row(size, number) for size in self.sizes for number in self.in_flight]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, socketify, nats, raw_loop, nchan, node_ws, socket_io, aiohttp)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """All rows."""
        with running(contestant.name, contestant.command) as server:
            async with publishing(contestant, server.port, GROUP, self.members) as work:
                yield {
                    self._label(size, number): partial(work.rate, size, number)
                    for size in self.sizes
                    for number in self.in_flight
                }

    def _row(self, size: int, in_flight: int) -> Row:
        label = self._label(size, in_flight)
        if in_flight == 1:
            return Row(
                label,
                UNIT,
                target="as the best peer and the raw loop",
                reached=lambda medians: _keeps_up(medians, label),
            )
        return Row(
            label,
            UNIT,
            target="3 x the best peer",
            reached=lambda medians: medians.ratio_at_least(label, 3),
        )

    @staticmethod
    def _label(size: int, in_flight: int) -> str:
        return f"{size:,} bytes, {in_flight} in flight"


def _keeps_up(medians: Medians, row: str) -> bool | None:
    judged = [medians.ratio_at_least(row, 1), medians.ratio_at_least(row, 1, raw_loop.name)]
    known = [reached for reached in judged if reached is not None]
    return all(known) if known else None
