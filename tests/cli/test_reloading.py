"""An app that is edited while it serves, as its author sees it.

Specification: functions-python sections 8.7 and 22 (check 23).
"""

import asyncio
import os
import sys
from pathlib import Path

import aiohttp
import pytest

from tests.acceptance.serving import asked, script
from tests.cli.apps import write_app
from tests.cli.processes import StartedApp
from tests.service.wire import until
from webpubsub.cli.reloading import running
from webpubsub.composition.local_app import LocalApp, Place

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

    async def stop(self, last: str) -> None:
        """Once the answer has been what is said: others may use the connection before it does."""
        await until(lambda: last in self.versions)
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
            await traffic.stop(last="404 ")
        order = list(dict.fromkeys(traffic.versions))
        assert order == ["200 one", "200 two", "404 "]
        assert traffic.versions == sorted(traffic.versions, key=order.index)
        assert "local.settings.json" not in app.output
        assert await asyncio.to_thread(app.interrupt) == 0


async def test_an_app_that_is_broken_at_first_is_waited_for(tmp_path: Path) -> None:
    """Its author sees what is wrong, mends it, and goes on; whoever asks meanwhile is told that
    there is no app."""
    folder = write_app(tmp_path / "app", APP + "\n1 / 0\n")
    with StartedApp(folder) as app:
        text = await asyncio.to_thread(app.wait_for, "No app runs, until a change mends it.")
        assert "ZeroDivisionError" in text
        assert 'function_app.py", line' in text
        assert "Functions:" not in text
        async with aiohttp.ClientSession() as session:
            async with session.get(f"{app.url}/version") as answer:
                assert answer.status == 503
            save(folder, "function_app.py", APP + "\nanother\n")
            await asyncio.to_thread(app.wait_for, "NameError: name 'another' is not defined")
            await asyncio.to_thread(app.wait_for, "No app runs, until a change mends it.")
            save(folder, "function_app.py", APP.replace("VERSION", "mended"))
            assert "Functions:" in await asyncio.to_thread(app.wait_for, READY)
            url = await (await session.get(f"{app.url}/negotiate")).text()
            async with session.ws_connect(url) as client:
                assert await said(client) == "mended 1"
        assert await asyncio.to_thread(app.interrupt) == 0


async def test_a_change_while_the_app_is_imported_counts(tmp_path: Path) -> None:
    """The app is read again once it serves."""
    slow = "import time\nprint('importing', flush=True)\ntime.sleep(1)\n"
    folder = write_app(tmp_path / "app", slow + APP.replace("VERSION", "one"))
    with StartedApp(folder) as app:
        await asyncio.to_thread(app.wait_for, "importing")
        save(folder, "function_app.py", APP.replace("VERSION", "two"))
        await asyncio.to_thread(app.wait_for, READY)
        await asyncio.to_thread(app.wait_for, READY)
        async with aiohttp.ClientSession() as session, session.get(f"{app.url}/version") as answer:
            assert await answer.text() == "two"
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
    local = LocalApp(Place(folder=folder, port=0, service_port=0))
    async with running(local, shown.set), asked(local) as app:
        shown.clear()
        assert await app.ask("/api/a") == (200, "one")
        save_word("two")
        await asyncio.wait_for(shown.wait(), 10)
        assert await app.ask("/api/a") == (200, "two")


async def test_a_change_that_takes_for_ever_does_not_hold_up_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C is heard while another process imports the app."""
    folder, begun, given_up = script(tmp_path, APP), asyncio.Event(), asyncio.Event()
    app = LocalApp(Place(folder=folder, port=0, service_port=0))

    async def for_ever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    monkeypatch.setattr(app, "reload", for_ever)
    async with asyncio.timeout(15), running(app, lambda: None):
        save(folder, "function_app.py", APP)
        await begun.wait()
    assert given_up.is_set()
