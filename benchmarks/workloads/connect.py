"""Clients that come with a token of their own and go as soon as they are in: how many a second."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from itertools import cycle
from typing import ClassVar

from benchmarks.contestants.contestant import OURS
from benchmarks.contestants.functions import clients_of
from benchmarks.contestants.over_http import TokenContestant
from benchmarks.contestants.with_tokens import aiohttp_tokens, node_tokens, service
from benchmarks.load.handshakes import come_and_go
from benchmarks.load.tokens import client_path
from benchmarks.load.websockets import Endpoint
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running

_ALONE = "no handler"
_ASKED = "`connect` function"
_WANTED = {_ALONE: 3000, _ASKED: 2000}


class Connect(Workload[TokenContestant], frozen=True):
    """As many at a time as there are slots: who has gone makes room for the next."""

    name: ClassVar[str] = "connect"
    at_once: int = 64
    tokens: int = 10_000

    @property
    def title(self) -> str:
        """What it is."""
        return f"New connections with a token, {self.at_once} at a time"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "A client shakes hands, says good-bye and waits until the server has closed the "
            "connection. Ours asks nobody in the first row, and an `async def` function for "
            "`connect` in its own process in the second."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """Without a handler, and with one."""
        return [self._row(label, wanted) for label, wanted in _WANTED.items()]

    @property
    def contestants(self) -> Sequence[TokenContestant]:
        """Who takes part."""
        return (service, aiohttp_tokens, node_tokens)

    @asynccontextmanager
    async def ready(self, contestant: TokenContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """The rows that are the contestant's."""
        with running(contestant.name, contestant.command) as server:
            alone = self._newcomers(server.port, contestant.client)
            if contestant.name != OURS:
                yield {_ALONE: alone}
                return
            with running(contestant.name, clients_of("connect_app")) as app:
                yield {_ALONE: alone, _ASKED: self._newcomers(app.port, contestant.client)}

    def _newcomers(self, port: int, path: str) -> Slice:
        users = [f"user{number}" for number in range(self.tokens)]
        paths = [client_path(port, path, user) for user in users]
        endpoints = cycle([Endpoint(port=port, path=path) for path in paths])
        return partial(come_and_go, endpoints, self.at_once)

    @staticmethod
    def _row(label: str, wanted: int) -> Row:
        return Row(
            label,
            "connections/s",
            target=f"{wanted:,}",
            reached=lambda medians: medians.at_least(label, wanted),
        )
