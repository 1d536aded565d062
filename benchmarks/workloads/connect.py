"""Clients that come with a token of their own and go as soon as they are in: how many a second."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from benchmarks.contestants.contestant import OURS
from benchmarks.contestants.functions import clients_of
from benchmarks.contestants.over_http import TokenContestant
from benchmarks.contestants.with_tokens import aiohttp_tokens, node_tokens, service
from benchmarks.load.handshakes import come_and_go
from benchmarks.load.meter import Figure
from benchmarks.load.tokens import client_path
from benchmarks.load.websockets import Endpoint
from benchmarks.runs import Row
from benchmarks.servers import running

_ALONE = "no handler"
_ASKED = "`connect` function"
_WANTED = {_ALONE: 3000, _ASKED: 2000}


class Connect(msgspec.Struct, frozen=True):
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

    async def measure(self, contestant: TokenContestant, seconds: float) -> Mapping[str, Figure]:
        """The rows that are the contestant's."""
        figures = {_ALONE: await self._rate(contestant, seconds)}
        if contestant.name == OURS:
            asked = msgspec.structs.replace(contestant, command=clients_of("connect_app"))
            figures[_ASKED] = await self._rate(asked, seconds)
        return figures

    async def _rate(self, contestant: TokenContestant, seconds: float) -> Figure:
        with running(contestant.name, contestant.command) as server:
            users = [f"user{number}" for number in range(self.tokens)]
            paths = [client_path(server.port, contestant.client, user) for user in users]
            endpoints = [Endpoint(port=server.port, path=path) for path in paths]
            return await come_and_go(endpoints, at_once=self.at_once, seconds=seconds)

    @staticmethod
    def _row(label: str, wanted: int) -> Row:
        return Row(
            label,
            "connections/s",
            target=f"{wanted:,}",
            reached=lambda medians: medians.at_least(label, wanted),
        )
