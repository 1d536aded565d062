"""Whoever follows the tutorial gets where it says: its app, saved in three steps while it runs, and
its client."""

import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.cli.processes import ROOT, Program, StartedApp

PAGE = (ROOT / "docs/tutorial/first-app.md").read_text(encoding="utf-8")


def blocks(info: str) -> list[str]:
    """The blocks that begin so, in order."""
    return re.findall(rf"^```{info}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


class Reader:
    """What the reader does in the folder where the app and the client are."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.app = folder / "hello"
        self.app.mkdir()
        (configuration,) = blocks("json")
        (self.app / "host.json").write_text(configuration, encoding="utf-8")

    def save(self, step: str) -> None:
        """Save the app as it is after this step."""
        (self.app / "function_app.py").write_text(step, encoding="utf-8")

    def client(self, port: int, *arguments: str) -> Program:
        """Start the client, which finds the app at its port here."""
        (text,) = blocks("python client.py")
        assert text.count("localhost:7071") == 1
        path = self._folder / "client.py"
        path.write_text(text.replace("localhost:7071", f"localhost:{port}"), encoding="utf-8")
        return Program(sys.executable, "-u", path, *arguments)


def test_two_clients_talk(tmp_path: Path) -> None:
    """What clients are said to print they print, and the app is read again as it is said to be."""
    first, second, third = blocks("python hello/function_app.py")
    reader = Reader(tmp_path)
    reader.save(first)
    with StartedApp(reader.app) as app:
        app.wait_until_ready()
        with pytest.raises(urllib.error.HTTPError, match="500") as refused:
            urllib.request.urlopen(f"{app.url}/negotiate")
        refused.value.close()
        reader.save(second)
        app.wait_until_ready()
        with reader.client(app.port, "alice", "hello") as client:
            client.wait_for("You said 'hello', alice.")
        reader.save(third)
        app.wait_until_ready()
        with reader.client(app.port, "alice", "Is anybody here?") as alice:
            alice.wait_for("alice: Is anybody here?")
            with reader.client(app.port, "bob", "I am!") as bob:
                bob.wait_for("bob: I am!")
                alice.wait_for("bob: I am!")
                assert "alice" not in bob.output
        assert app.interrupt() == 0
    assert "File change detected for function_app.py" in app.output
