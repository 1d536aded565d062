"""What a connection costs that is there and says nothing: resident memory of the server."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.node import node_ws, socket_io
from benchmarks.contestants.ours import JSON, RELIABLE_JSON, client, ours, simple_client
from benchmarks.contestants.python import aiohttp, socketify
from benchmarks.load.meter import Figure
from benchmarks.load.websockets import Endpoint, connect, leave
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import Server, running

_KIB = 1024
_SIMPLE, _JSON, _RELIABLE = "simple", "JSON", "reliable JSON"
_WANTED = {_SIMPLE: 8, _JSON: 10, _RELIABLE: 12}
#: Some come before the others, so that what the first ones cause to be loaded is not counted.
_EARLY = 50


class Memory(Workload[SocketContestant], frozen=True):
    """All in one server process, which has nothing else to do."""

    name: ClassVar[str] = "memory"
    #: Nothing runs in it that could be fast or slow.
    slices: ClassVar[int] = 1
    warms_up: ClassVar[bool] = False
    connections: int = 10_000
    settles: float = 1.0

    @property
    def title(self) -> str:
        """What it is."""
        return f"Memory of each of {self.connections:,} idle connections"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "Growth of the resident memory of the process, without pages of files, divided by the "
            "connections: what the kernel keeps for them is not in it. "
            "Plain WebSockets of the peers stand beside simple clients, and clients of Socket.IO, "
            "which has a protocol of its own, beside those of the JSON subprotocol."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """One for each kind of client."""
        return [self._row(kind, wanted) for kind, wanted in _WANTED.items()]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, node_ws, socket_io, socketify, aiohttp)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """The rows that are the contestant's, each with a server of its own."""
        yield {kind: partial(self._each, contestant, kind) for kind in _kinds(contestant)}

    async def _each(self, contestant: SocketContestant, kind: str, _seconds: float) -> Figure:
        with running(contestant.name, contestant.command) as server:
            endpoint = _endpoint(contestant, server.port, kind)
            early = await connect([endpoint] * _EARLY)
            before = _own_memory(server)
            clients = await connect([endpoint] * self.connections)
            await asyncio.sleep(self.settles)
            each = (_own_memory(server) - before) / _KIB / self.connections
            await leave([*early, *clients])
        return Figure(each)

    @staticmethod
    def _row(kind: str, wanted: int) -> Row:
        return Row(
            kind,
            "KiB",
            higher_is_better=False,
            target=f"{wanted} KiB",
            reached=lambda medians: medians.at_most(kind, wanted),
            digits=1,
        )


def _own_memory(server: Server) -> int:
    info = server.process.memory_info()
    # The system takes back pages of files whenever it likes, which has nothing to do with clients.
    return int(info.rss - getattr(info, "shared", 0))


def _kinds(contestant: SocketContestant) -> Sequence[str]:
    if contestant.name == OURS:
        return tuple(_WANTED)
    return (_JSON,) if contestant is socket_io else (_SIMPLE,)


def _endpoint(contestant: SocketContestant, port: int, kind: str) -> Endpoint:
    if contestant.name != OURS:
        return contestant.echo(port, 0)
    if kind == _SIMPLE:
        return simple_client(port)
    return client(port, subprotocol=JSON if kind == _JSON else RELIABLE_JSON)
