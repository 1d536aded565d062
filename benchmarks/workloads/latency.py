"""How long an answer takes where the server is half as busy as it can be: milliseconds."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import Contestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.ours import simple_client
from benchmarks.load.meter import Figure, Meter, percentile
from benchmarks.load.round_trips import Latencies
from benchmarks.load.websockets import connect, leave
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running
from benchmarks.workloads.echo import TEXT, together

_WANTED = 10
_MIDDLE, _SLOWEST = "median", "99th percentile"
_SHARES = {_MIDDLE: 0.5, _SLOWEST: 0.99}


class Latency(Workload[Contestant], frozen=True):
    """At full load first, and then at half the rate that this has shown."""

    name: ClassVar[str] = "latency"
    clients: int = 64

    @property
    def title(self) -> str:
        """What it is."""
        return f"Latency at half load: {self.clients} clients, a typed function in process"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "Messages are sent at half of the rate that was the maximum just before, evenly, by "
            "whichever client is not waiting for an answer. Each is as late as its answer comes "
            "after it was due, with the millisecond that the clock of the load may be late itself."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """In the middle, and of the slowest."""
        return [
            Row(_MIDDLE, "ms", higher_is_better=False, digits=2),
            Row(
                _SLOWEST,
                "ms",
                higher_is_better=False,
                digits=2,
                target=f"{_WANTED} ms",
                reached=lambda medians: medians.at_most(_SLOWEST, _WANTED),
            ),
        ]

    @property
    def contestants(self) -> Sequence[Contestant]:
        """Ours alone."""
        return (echo_function,)

    @asynccontextmanager
    async def ready(self, contestant: Contestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Both rows."""
        with running(contestant.name, contestant.command) as server:
            endpoints = [simple_client(server.port)] * self.clients
            load = Latencies()
            clients = await connect(endpoints, load.hear, TEXT)
            async with together(endpoints) as busy:

                async def at_half_load(share: float, seconds: float) -> Figure:
                    most = await busy.rate(seconds)
                    meter = Meter()
                    latencies = await load.at_rate(clients, most.value / 2, seconds)
                    return meter.figure(percentile(latencies, share) * 1e3)

                yield {row: partial(at_half_load, share) for row, share in _SHARES.items()}
            await leave(clients)
