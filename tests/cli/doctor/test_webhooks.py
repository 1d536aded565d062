"""Webhooks that are asked. Specification: upstream-events section 4."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from tests.cli.edges import delivering_to
from tests.cli.processes import free_port
from webpubsub.cli.doctor.finding import Level
from webpubsub.cli.doctor.webhooks import webhooks


@asynccontextmanager
async def webhook(status: int, allowed: str | None, *methods: str) -> AsyncIterator[str]:
    """A webhook that answers so to these methods, and 404 to all others."""

    async def answer(request: web.Request) -> web.Response:
        headers = {"WebHook-Allowed-Origin": allowed} if allowed else {}
        if request.method not in methods or request.path != "/events/validate":
            return web.Response(status=404)
        return web.Response(status=status, headers=headers)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield f"http://127.0.0.1:{port}/events/{{event}}?code=secret"
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    ("status", "allowed", "method", "level"),
    [
        (200, "*", "OPTIONS", Level.OK),
        (200, "127.0.0.1", "OPTIONS", Level.OK),
        (200, "*", "GET", Level.OK),
        (200, None, "OPTIONS", Level.ERROR),
        (200, "other.example", "OPTIONS", Level.ERROR),
        (401, "*", "OPTIONS", Level.ERROR),
    ],
)
async def test_whether_it_wants_events(
    status: int, allowed: str | None, method: str, level: Level
) -> None:
    """As the service asks it, and without the secret in its URL."""
    async with webhook(status, allowed, method) as url:
        (finding,) = await webhooks(delivering_to(url, "chat"), "127.0.0.1")
    assert finding.level is level, finding
    assert "secret" not in finding.what
    assert "/events/validate" in finding.what


async def test_one_that_is_not_there() -> None:
    """With what to do about it."""
    url = f"http://127.0.0.1:{free_port()}/"
    (finding,) = await webhooks(delivering_to(url, "chat"), "127.0.0.1")
    assert finding.level is Level.ERROR
    assert finding.mend


async def test_without_webhooks_nobody_is_asked() -> None:
    """Nothing is found, either."""
    assert await webhooks({}, "127.0.0.1") == []
