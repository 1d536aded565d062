"""New apps: what is written, and that it is worth having."""

import re
import sys
from pathlib import Path

import pytest

from tests.cli.calls import call
from tests.cli.processes import PYTEST, run, run_python
from webpubsub.cli.app_templates import AppExists, Template, write_app

#: What ``func init`` makes too, and what makes it an app of ours.
EVERYWHERE = {
    ".funcignore",
    ".gitignore",
    "README.md",
    "function_app.py",
    "host.json",
    "local.settings.json",
    "requirements.txt",
    "test_clients.py",
    "test_function_app.py",
}
#: Connects a client to the app under test and prints what comes first of all.
CLIENT = """
import asyncio, json, os, sys, aiohttp

async def main():
    address = os.environ["FUNCTIONS_URL"] + "/api/"
    async with aiohttp.ClientSession() as session:
        async with session.get(address + "negotiate?user=alice") as answer:
            url = json.loads(await answer.text())["url"]
        async with session.ws_connect(url) as client:
            if sys.argv[1] == "minimal":
                await client.send_str("hello")
            if sys.argv[1] == "notifications":
                await session.post(address + "notify", data="hello")
            print(await client.receive_str(timeout=15))

asyncio.run(main())
"""
FIRST = {
    Template.MINIMAL: "You said: hello",
    Template.CHAT: "alice has joined",
    Template.NOTIFICATIONS: '"title"',
}


@pytest.mark.parametrize("template", Template)
def test_an_app_has_what_an_app_needs(template: Template, tmp_path: Path) -> None:
    """In a folder that is made, and nothing but files of the app."""
    written = write_app(tmp_path / "deep" / "app", template)
    assert written == sorted(path.name for path in (tmp_path / "deep" / "app").iterdir())
    assert set(written) - {"index.html"} == EVERYWHERE


@pytest.mark.parametrize("template", Template)
def test_it_runs(template: Template, tmp_path: Path) -> None:
    """A client negotiates, connects and gets something."""
    write_app(tmp_path, template)
    done = run("exec", tmp_path, "--", sys.executable, "-c", CLIENT, template)
    assert FIRST[template] in done.stdout, done.stderr


@pytest.mark.parametrize("template", Template)
def test_its_tests_pass(template: Template, tmp_path: Path) -> None:
    """With nothing but pytest."""
    write_app(tmp_path, template)
    done = run_python(*PYTEST, "-q", "-p", "no:asyncio", tmp_path, cwd=tmp_path.parent)
    assert re.search(r"\b[1-9]\d* passed", done.stdout), done.stdout + done.stderr
    assert done.returncode == 0


def test_types_are_right(tmp_path: Path) -> None:
    """Of every app and its tests, strictly."""
    for template in Template:
        folder = tmp_path / template
        write_app(folder, template)
        words = ("-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", ".")
        done = run_python(*words, cwd=folder)
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("template", Template)
def test_nothing_keeps_it_from_azure(template: Template, tmp_path: Path) -> None:
    """As the command that looks for it says."""
    write_app(tmp_path, template)
    done = call("check", tmp_path, "--azure")
    assert "nothing found" in done.stdout
    assert done.returncode == 0


def test_what_exists_stays_as_it_is(tmp_path: Path) -> None:
    """And nothing else is written beside it, unless it is asked for."""
    (tmp_path / "host.json").write_text("mine", encoding="utf-8")
    with pytest.raises(AppExists, match=r"^host\.json$"):
        write_app(tmp_path, Template.CHAT)
    assert [path.name for path in tmp_path.iterdir()] == ["host.json"]
    assert (tmp_path / "host.json").read_text(encoding="utf-8") == "mine"
    write_app(tmp_path, Template.CHAT, force=True)
    assert '"version"' in (tmp_path / "host.json").read_text(encoding="utf-8")
