"""Clients that ask where to connect: requests per second, each answered with a new token."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.express import express_negotiate
from benchmarks.contestants.functions import ASYNC_DEF, DEF, negotiate_functions
from benchmarks.contestants.over_http import Negotiator
from benchmarks.contestants.with_tokens import aiohttp_negotiate
from benchmarks.load.http import get, keep_busy
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running

_WANTED = 5000


class Negotiate(Workload[Negotiator], frozen=True):
    """An anonymous HTTP function with a connection input, on connections that are kept."""

    name: ClassVar[str] = "negotiate"
    connections: int = 64

    @property
    def title(self) -> str:
        """What it is."""
        return f"Negotiate: a token for the user of a query, {self.connections} connections"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "Ours is an HTTP function with a connection input, whose invocations are logged. "
            "aiohttp is a handler that makes the token with PyJWT, Express one that has the "
            "official SDK make it; both log nothing, and do the same in both rows."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """One for each kind of function."""
        return [self._row(kind) for kind in (DEF, ASYNC_DEF)]

    @property
    def contestants(self) -> Sequence[Negotiator]:
        """Who takes part."""
        return (negotiate_functions, aiohttp_negotiate, express_negotiate)

    @asynccontextmanager
    async def ready(self, contestant: Negotiator) -> AsyncIterator[Mapping[str, Slice]]:
        """All rows."""
        with running(contestant.name, contestant.command) as server:
            users = [f"user{number}" for number in range(self.connections)]
            yield {
                _label(kind): partial(
                    keep_busy, server.port, [[get(server.port, f"{path}{user}")] for user in users]
                )
                for kind, path in contestant.paths.items()
            }

    @staticmethod
    def _row(kind: str) -> Row:
        label = _label(kind)
        return Row(
            label,
            "requests/s",
            target=f"{_WANTED:,}",
            reached=lambda medians: medians.at_least(label, _WANTED),
        )


def _label(kind: str) -> str:
    return f"`{kind}` function"
