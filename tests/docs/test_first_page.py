"""Whoever follows the first page word by word gets where it says."""

import re
from pathlib import Path

from tests.cli.processes import PYTEST, ROOT, run, run_python

PAGE = (ROOT / "docs/index.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    """The only block that begins so."""
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    return str(found)


def replace(path: Path, old: str, new: str) -> None:
    """Change what is there once, as the reader does."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def pytest_in(folder: Path) -> str:
    """The last line that pytest says."""
    done = run_python(*PYTEST, cwd=folder)
    return done.stdout.splitlines()[-1]


def test_the_chat_is_made_changed_and_tested(tmp_path: Path) -> None:
    """Where the tests are to fail they do, and for the reason that is given."""
    (command,) = re.findall(r"^webpubsub (new .*)$", PAGE, re.MULTILINE)
    assert run(*command.split(), cwd=tmp_path).returncode == 0
    room = tmp_path / "room"
    removed, added = (line[1:] for line in block("diff").splitlines())
    replace(room / "function_app.py", removed, added)
    (room / "test_room.py").write_text(block("python test_room.py"), encoding="utf-8")
    assert re.search(r" 1 failed, \d+ passed in ", pytest_in(room))
    replace(room / "test_function_app.py", "alice has joined", "Say hello to alice!")
    assert re.search(r"= \d+ passed in ", pytest_in(room))
