"""Webhooks on the loopback address."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import msgspec
from aiohttp import web

from webpubsub.protocol.cloud_events.wire import Headers, last_value


class Received(msgspec.Struct, frozen=True, kw_only=True):
    """One request that arrived; ``target`` is its path and query as sent."""

    method: str
    target: str
    headers: Headers
    body: bytes

    def header(self, name: str) -> str | None:
        return last_value(self.headers, name)


class Reply(msgspec.Struct, frozen=True):
    """What to answer."""

    status: int = 204
    headers: Sequence[tuple[str, str]] = ()
    body: bytes = b""


ALLOWED = Reply(200, [("WebHook-Allowed-Origin", "*")])

Answer: TypeAlias = Reply | Callable[[Received], Awaitable[Reply]]


class Webhook:
    """A server that remembers requests, and answers each kind with the next of its answers, the
    last of which it repeats. Validation is allowed unless told otherwise."""

    def __init__(self, *answers: Answer, validation: Sequence[Answer] = (ALLOWED,)) -> None:
        self.answers = list(answers) or [Reply()]
        self.validation = list(validation)
        self.requests: list[Received] = []
        self.url = ""

    @property
    def events(self) -> list[Received]:
        return [request for request in self.requests if request.method == "POST"]

    @property
    def questions(self) -> list[Received]:
        return [request for request in self.requests if request.method != "POST"]

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        received = Received(
            method=request.method,
            target=request.raw_path,
            headers=tuple(request.headers.items()),
            body=await request.read(),
        )
        self.requests.append(received)
        answers = self.answers if request.method == "POST" else self.validation
        answer = answers.pop(0) if len(answers) > 1 else answers[0]
        reply = await answer(received) if callable(answer) else answer
        response = web.Response(status=reply.status, body=reply.body)
        # Else the library would send one of its own accord.
        response.headers.popall("Content-Type", None)
        for name, value in reply.headers:
            response.headers.add(name, value)
        return response


@asynccontextmanager
async def serving(webhook: Webhook) -> AsyncIterator[Webhook]:
    """Run a webhook; its ``url`` is then known."""
    runner = web.ServerRunner(web.Server(webhook, handler_cancellation=True), shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    webhook.url = f"http://127.0.0.1:{port}"
    try:
        yield webhook
    finally:
        await runner.cleanup()


Talk: TypeAlias = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[Any]]


@asynccontextmanager
async def talking(talk: Talk) -> AsyncIterator[str]:
    """A server that does to each connection what a test wants; gives its URL. At the end of it, all
    connections do."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for writer in writers:
            writer.close()
        await server.wait_closed()


class Naps:
    """Waits for nothing, and remembers how long it was to wait."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)
        await asyncio.sleep(0)
