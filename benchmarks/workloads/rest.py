"""Servers that send to a user over HTTP: requests per second, each with a token of its own."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import ClassVar

from benchmarks.contestants.over_http import TokenContestant
from benchmarks.contestants.with_tokens import aiohttp_tokens, node_tokens, service
from benchmarks.load.http import keep_busy, post
from benchmarks.load.meter import Figure
from benchmarks.load.tokens import client_path, server_token
from benchmarks.load.websockets import Client, Endpoint, connect, leave
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import running

_ROW = "send to a user"
_WANTED = 6000
_TEXT = b"x" * 64
_TOKENS = 32
_ACCEPTED = 202


class Rest(Workload[TokenContestant], frozen=True):
    """Connections that are kept, each of which sends to the one client of its own user."""

    name: ClassVar[str] = "rest"
    users: int = 64

    @property
    def title(self) -> str:
        """What it is."""
        return f"Send to one of {self.users} users over HTTP, a connection for each"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return "The peers check tokens by hand, and find the client of a user in a table."

    @property
    def rows(self) -> Sequence[Row]:
        """What is measured."""
        return [
            Row(
                _ROW,
                "requests/s",
                target=f"{_WANTED:,}",
                reached=lambda medians: medians.at_least(_ROW, _WANTED),
            )
        ]

    @property
    def contestants(self) -> Sequence[TokenContestant]:
        """Who takes part."""
        return (service, aiohttp_tokens, node_tokens)

    @asynccontextmanager
    async def ready(self, contestant: TokenContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Requests; what has been accepted must have arrived as well."""
        heard = accepted = 0.0

        def hear(_client: Client, messages: int) -> None:
            nonlocal heard
            heard += messages

        async def send(seconds: float) -> Figure:
            nonlocal accepted
            figure = await keep_busy(port, requests, seconds, status=_ACCEPTED)
            accepted += figure.value * seconds
            return figure

        users = [f"user{number}" for number in range(self.users)]
        with running(contestant.name, contestant.command) as server:
            port = server.port
            paths = [client_path(port, contestant.client, user) for user in users]
            clients = await connect([Endpoint(port=port, path=path) for path in paths], hear)
            requests = [_requests(port, contestant.send(user)) for user in users]
            yield {_ROW: send}
            await leave(clients)
        if heard < accepted:
            raise RuntimeError(f"only {heard:.0f} messages have arrived")


def _requests(port: int, path: str) -> list[bytes]:
    tokens = [server_token(f"http://127.0.0.1:{port}{path}", number) for number in range(_TOKENS)]
    headers = [("Content-Type: text/plain", f"Authorization: Bearer {token}") for token in tokens]
    return [post(port, path, _TEXT, own) for own in headers]
