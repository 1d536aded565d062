"""Apps in the shape of the public samples and tutorials, run as they are and met by real clients.

They use nothing but azure-functions. Specification: bindings section 10.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.cli.calls import call
from tests.cli.processes import StartedApp

SAMPLES = Path(__file__).parent


@asynccontextmanager
async def started(name: str) -> AsyncIterator[tuple[StartedApp, aiohttp.ClientSession]]:
    """The app of a folder, which ends without a traceback."""
    with StartedApp(SAMPLES / name) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with aiohttp.ClientSession() as session:
            yield app, session
        assert await asyncio.to_thread(app.interrupt) == 0
        assert "Traceback" not in app.output


async def text(session: aiohttp.ClientSession, url: str) -> str:
    """The page."""
    async with session.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def test_notifications_of_folders() -> None:
    """What the timer sends reaches whoever is there; a run that is asked for does, too."""
    async with started("notifications") as (app, session):
        assert "<title>notifications" in await text(session, f"{app.url}/index")
        async with session.post(f"{app.url}/negotiate") as answer:
            connection = await answer.json(content_type=None)
        assert connection.keys() == {"baseUrl", "url", "accessToken"}
        async with session.ws_connect(connection["url"]) as client:
            admin = app.url.replace("/api", "/admin/functions/notification")
            async with session.post(admin, json={"input": ""}) as answer:
                assert answer.status == 202
            assert (await client.receive_str(timeout=10)).startswith("level ")


async def test_chat_with_generic_bindings() -> None:
    """The user of the login is the sender; everybody is told, and the sender is answered."""
    async with started("simplechat") as (app, session):
        assert "<title>simplechat" in await text(session, f"{app.url}/index")

        async def url_of(user: str) -> str:
            headers = {"x-ms-client-principal-name": user}
            async with session.get(f"{app.url}/negotiate", headers=headers) as answer:
                return str((await answer.json())["url"])

        async with (
            session.ws_connect(await url_of("alice")) as alice,
            session.ws_connect(await url_of("bob")) as bob,
        ):
            await alice.send_str("hi there")
            said = {"from": "alice", "content": "hi there"}
            assert await bob.receive_json(timeout=10) == said
            received = [await alice.receive_json(timeout=10) for _ in range(2)]
            assert said in received
            assert {"from": "system", "content": "sent"} in received
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(await url_of("nobody"))
        assert refused.value.status == 401
        async with session.get(f"{app.url}/negotiate") as answer:
            assert answer.status == 500  # nobody is logged in


@pytest.mark.parametrize("name", ["notifications", "simplechat"])
def test_what_has_become_of_the_samples(name: str) -> None:
    """They are whole; what Azure makes of them today is not what it was."""
    assert call("check", SAMPLES / name).returncode == 0
    done = call("check", SAMPLES / name, "--azure", "--json")
    codes = {finding["code"] for finding in json.loads(done.stdout)["findings"]}
    assert {"host-json.bundle.old", "requirements.missing"} <= codes
