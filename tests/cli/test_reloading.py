"""An app that is edited while it serves, as its author sees it.

Specification: functions-python sections 8.7 and 22 (check 23).
"""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.serving import script, served
from tests.cli.apps import write_app
from tests.cli.processes import StartedApp
from webpubsub.cli.reloading import reloaded

APP = """
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)
calls = 0

@app.route("negotiate")
@app.web_pubsub_connection_input(arg_name="connection", hub="room", user_id="u")
def negotiate(req: func.HttpRequest, connection: wps.WebPubSubConnection) -> func.HttpResponse:
    return func.HttpResponse(connection.url)

@app.route("version")
async def version(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse("VERSION")

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
async def message(request: wps.UserEventRequest) -> wps.UserEventResponse:
    global calls
    calls += 1
    return wps.UserEventResponse(f"VERSION {calls}")
"""
READY = "Host lock lease acquired by instance ID"


def save(folder: Path, name: str, text: str) -> None:
    """As editors do: a file of its own takes the place of the old one."""
    fresh = folder / f".{name}.tmp"
    fresh.write_text(text, encoding="utf-8")
    os.replace(fresh, folder / name)


class Traffic:
    """Asks the app for its version without a pause, over a connection that is kept."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.versions: list[str] = []
        self._task = asyncio.create_task(self._ask(session, url))

    async def _ask(self, session: aiohttp.ClientSession, url: str) -> None:
        while True:
            async with session.get(url) as answer:
                self.versions.append(f"{answer.status} {await answer.text()}")
            await asyncio.sleep(0)

    async def stop(self) -> None:
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)


async def said(client: aiohttp.ClientWebSocketResponse) -> str:
    await client.send_str("hello")
    return await client.receive_str(timeout=10)


async def test_check_23_an_edited_app_serves_its_clients_anew(tmp_path: Path) -> None:
    """WebSocket and HTTP connections stay; no request fails or meets half an app; a broken save
    shows the user's own traceback and changes nothing; routes and functions come and go."""
    folder = write_app(tmp_path / "app", APP.replace("VERSION", "one"), A="a")
    with StartedApp(folder) as app:
        await asyncio.to_thread(app.wait_until_ready)
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=2)) as session,
            session.ws_connect(await (await session.get(f"{app.url}/negotiate")).text()) as client,
        ):
            assert [await said(client), await said(client)] == ["one 1", "one 2"]
            traffic = Traffic(session, f"{app.url}/version")
            save(folder, "local.settings.json", "{}")
            save(folder, "function_app.py", APP.replace("VERSION", "two"))
            await asyncio.to_thread(app.wait_for, "File change detected for function_app.py;")
            text = await asyncio.to_thread(app.wait_for, READY)
            assert "Functions:" in text
            assert await said(client) == "two 1"

            save(folder, "function_app.py", APP + "\n1 / 0\n")
            text = await asyncio.to_thread(app.wait_for, "The app that ran before goes on")
            assert "division by zero" in text
            assert 'function_app.py", line' in text
            assert await said(client) == "two 2"

            gone = APP.replace('"version")', '"other")').replace("VERSION", "three")
            save(folder, "function_app.py", gone)
            await asyncio.to_thread(app.wait_for, READY)
            assert await said(client) == "three 1"
            async with session.get(f"{app.url}/other") as answer:
                assert await answer.text() == "three"
            await traffic.stop()
        order = list(dict.fromkeys(traffic.versions))
        assert order == ["200 one", "200 two", "404 "]
        assert traffic.versions == sorted(traffic.versions, key=order.index)
        assert "local.settings.json" not in app.output
        assert await asyncio.to_thread(app.interrupt) == 0


async def test_an_app_need_not_be_followed(tmp_path: Path) -> None:
    """With --no-reload it stays what it was."""
    folder = write_app(tmp_path / "app", APP.replace("VERSION", "one"))
    with StartedApp(folder, options=["--no-reload"]) as app:
        await asyncio.to_thread(app.wait_until_ready)
        save(folder, "function_app.py", APP.replace("VERSION", "two"))
        await asyncio.sleep(1)
        async with aiohttp.ClientSession() as session, session.get(f"{app.url}/version") as answer:
            assert await answer.text() == "one"
        assert await asyncio.to_thread(app.interrupt) == 0
        assert "File change" not in app.output


async def test_edits_within_one_second_are_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of files of the same size, whose bytecode Python takes for that of both."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    source = "from word import WORD\n@app.route('a')\ndef a(req): return WORD\n"
    folder, shown = script(tmp_path, source), asyncio.Event()

    def save_word(word: str) -> None:
        fresh = tmp_path / "word.py"
        fresh.write_text(f"WORD = '{word}'", encoding="utf-8")
        os.utime(fresh, (1_000_000_000, 1_000_000_000))
        os.replace(fresh, folder / "word.py")

    save_word("one")
    async with served(folder) as app, reloaded(app.app, shown.set):
        assert await app.ask("/api/a") == (200, "one")
        await asyncio.sleep(0.1)  # until the files are watched
        save_word("two")
        await asyncio.wait_for(shown.wait(), 10)
        assert await app.ask("/api/a") == (200, "two")
