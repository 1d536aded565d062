"""A message there and back: round trips per second of many clients at once.

The peers send a frame back. Ours does it twice: by a group that has one member, and by a user event
that a typed function of an app answers, in the process of the host: what a real-time application
asks for.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.nginx import nchan
from benchmarks.contestants.node import node_ws, socket_io
from benchmarks.contestants.ours import ours, simple_client
from benchmarks.contestants.python import aiohttp, picows, socketify
from benchmarks.load.listening import listening
from benchmarks.load.round_trips import RoundTrips
from benchmarks.load.websockets import Endpoint, connect, leave
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running

GROUP = "through a group of its own"
FUNCTION = "through an async typed function"
TEXT = "x" * 64
_LEAST = 20_000


class Echo(Workload[SocketContestant], frozen=True):
    """With 64 clients."""

    name: ClassVar[str] = "echo"
    clients: int = 64

    @property
    def title(self) -> str:
        """What it is."""
        return f"Echo to {self.clients} clients"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "Ours parses JSON and checks permissions for the group, and calls a function for the "
            "event; the peers send the same frame back, Socket.IO and nchan by a room or channel "
            "that has one member. NATS has no echo, and the raw loop is for one group."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """Two ways."""
        return (
            Row(GROUP, "round trips/s"),
            Row(
                FUNCTION,
                "round trips/s",
                target=f"{_LEAST:,}/s",
                reached=lambda medians: medians.at_least(FUNCTION, _LEAST),
            ),
        )

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, picows, nchan, aiohttp, node_ws, socketify, socket_io)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """What a peer does is compared with both ways of ours."""
        with running(contestant.name, contestant.command) as server:
            numbers = range(self.clients)
            endpoints = [contestant.echo(server.port, number) for number in numbers]
            async with together(endpoints) as echo:
                if contestant is not ours:
                    yield {GROUP: echo.rate, FUNCTION: echo.rate}
                    return
                with running(OURS, echo_function.command) as app:
                    async with together([simple_client(app.port)] * self.clients) as function:
                        yield {GROUP: echo.rate, FUNCTION: function.rate}


@asynccontextmanager
async def together(endpoints: Sequence[Endpoint], awaited: int = 1) -> AsyncIterator[RoundTrips]:
    """A client for each endpoint; all send at the same time, see ``RoundTrips``."""
    clients = await connect(endpoints, text=TEXT)
    listener = listening(endpoints[0])
    listener.add(clients)
    yield RoundTrips(clients, listener, awaited)
    await leave(clients)
