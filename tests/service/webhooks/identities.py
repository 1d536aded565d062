"""The identity endpoint of an Azure host, on the loopback address.

It is the one that App Service gives its apps, which the official SDK finds by two variables of the
environment and asks over HTTP.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

SECRET = "the secret of the endpoint"


class IdentityEndpoint:
    """Gives a new token whenever it is asked, each good for ``lifetime`` seconds after ``now``;
    with a ``failure`` it answers that status instead."""

    def __init__(self, now: float, lifetime: int = 3600) -> None:
        self.now = now
        self.lifetime = lifetime
        self.failure: int | None = None
        self.asked: list[dict[str, str]] = []

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        self.asked.append(dict(request.query))
        if request.headers.get("X-IDENTITY-HEADER") != SECRET:
            return web.json_response({"error": "forbidden"}, status=403)
        if self.failure is not None:
            return web.json_response({"error": "oops", "hint": "token-secret"}, status=self.failure)
        return web.json_response(
            {
                "access_token": f"token-{len(self.asked)}",
                "expires_on": str(int(self.now) + self.lifetime),
                "resource": request.query["resource"],
                "token_type": "Bearer",
            }
        )


@asynccontextmanager
async def serving_identities(
    endpoint: IdentityEndpoint, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[IdentityEndpoint]:
    """Run the endpoint, where the SDK finds it."""
    runner = web.ServerRunner(web.Server(endpoint), shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    monkeypatch.setenv("IDENTITY_ENDPOINT", f"http://127.0.0.1:{port}/msi/token")
    monkeypatch.setenv("IDENTITY_HEADER", SECRET)
    try:
        yield endpoint
    finally:
        await runner.cleanup()
