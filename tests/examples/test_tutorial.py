"""docs/tutorial/first-app.md, followed step by step."""

import asyncio
import re
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import NamedTuple

import aiohttp
import pytest

from tests.cli.processes import ROOT, StartedApp

PAGE = (ROOT / "docs" / "tutorial" / "first-app.md").read_text(encoding="utf-8")
FILE = re.compile(r"^```python (\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOST = re.compile(r"^```json\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CLIENT = re.compile(r"^python client\.py (\w+) '?([^'\n]+)'?$", re.MULTILINE)
SHOWN = re.compile(r"^```text\n(alice: .*?)^```$", re.MULTILINE | re.DOTALL)


class Person(NamedTuple):
    """A client in a terminal."""

    process: Process

    async def sees(self) -> str:
        """The next line."""
        assert self.process.stdout is not None
        return (await asyncio.wait_for(self.process.stdout.readline(), 20)).decode().rstrip("\n")


class Newcomer:
    """Somebody who does what the page says, on other ports than its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.versions = [text for name, text in FILE.findall(PAGE) if name != "client.py"]
        (self.client,) = (text for name, text in FILE.findall(PAGE) if name == "client.py")
        (folder / "hello").mkdir()
        (folder / "hello" / "host.json").write_text(HOST.findall(PAGE)[0], encoding="utf-8")

    @asynccontextmanager
    async def starts(self, version: int) -> AsyncIterator[StartedApp]:
        """Save a version of the app, start it, and stop it in the end."""
        file = self.folder / "hello" / "function_app.py"
        file.write_text(self.versions[version], encoding="utf-8")
        with StartedApp(self.folder / "hello") as app:
            await asyncio.to_thread(app.wait_until_ready)
            client = self.client.replace(":7071", f":{app.port}")
            (self.folder / "client.py").write_text(client, encoding="utf-8")
            yield app
            assert await asyncio.to_thread(app.interrupt) == 0
            assert "Traceback" not in app.output

    @asynccontextmanager
    async def runs(self, command: int) -> AsyncIterator[Person]:
        """Run one of the commands for the client, and end it with Ctrl-C."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-u", "client.py", *CLIENT.findall(PAGE)[command]),
            cwd=self.folder,
            stdout=PIPE,
            stderr=PIPE,
        )
        try:
            yield Person(process)
            process.send_signal(signal.SIGINT)
            _, errors = await asyncio.wait_for(process.communicate(), 20)
            assert (process.returncode, errors) == (0, b"")
        finally:
            if process.returncode is None:
                process.kill()
                await process.communicate()


@pytest.fixture
def newcomer(tmp_path: Path) -> Newcomer:
    """Somebody with an empty folder."""
    return Newcomer(tmp_path)


async def test_the_first_version_lets_clients_in(newcomer: Newcomer) -> None:
    """The URL begins as the page says; without a user the answer is status 500."""
    async with newcomer.starts(0) as app, aiohttp.ClientSession() as session:
        async with session.get(f"{app.url}/negotiate?user=alice") as answer:
            url = (await answer.json())["url"]
        async with session.get(f"{app.url}/negotiate") as answer:
            assert answer.status == 500
        assert url.startswith(f"ws://127.0.0.1:{app.service_port}/client/hubs/hello?access_token=")
        assert "property doesn't exist" in await asyncio.to_thread(app.wait_for, "'user'")


async def test_the_second_version_answers(newcomer: Newcomer) -> None:
    """What alice is told is what the page prints."""
    async with newcomer.starts(1), newcomer.runs(0) as alice:
        assert f"prints `{await alice.sees()}`" in PAGE


async def test_the_third_version_reaches_everybody(newcomer: Newcomer) -> None:
    """Alice's terminal shows what the page shows; bob sees what was said while he was there."""
    (shown,) = SHOWN.findall(PAGE)
    async with newcomer.starts(2), newcomer.runs(1) as alice:
        lines = [await alice.sees()]
        async with newcomer.runs(2) as bob:
            lines.append(await alice.sees())
            assert await bob.sees() == lines[1]
    assert lines == shown.splitlines()
