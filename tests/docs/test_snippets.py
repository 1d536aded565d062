"""What the documentation shows is true: its Python runs, its commands exist, its links lead on.

A fenced block ``python NAME`` is a file; a later block of the same name is its next version. A
block without a name stands alone.
"""

import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.calls import call
from tests.cli.processes import PYTEST, ROOT, run_python
from webpubsub.service.hub_settings.files import HubSettingsFile

PAGES = sorted(
    path
    for pattern in (
        "README.md",
        "CHANGELOG.md",
        "CONTRIBUTING.md",
        "docs/**/*.md",
        "examples/*/README.md",
    )
    for path in ROOT.glob(pattern)
)
FENCE = re.compile(r"^( *)```(\w+)(?: +(\S+))?\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
#: A call of the command in a shell block, up to the end of the line or of a ``$(…)``. There is
#: ``az webpubsub``, too, which is another.
COMMAND = re.compile(r"""(?<!az )\bwebpubsub ((?:'[^'\n]*'|"[^"\n]*"|[^'"#|)\n])+)""")
LINK = re.compile(r"\]\((?!https?:|<|#)([^)#]+)(?:#([^)]*))?\)")

#: Indexes an app as a host does, for the second argument names its folder.
INDEX = """
import importlib, sys, azure.functions
sys.path.append(sys.argv[1])
module = importlib.import_module(sys.argv[2])
apps = [v for v in vars(module).values() if isinstance(v, azure.functions.FunctionRegister)]
for app in apps:
    assert app.get_functions(), "an app without functions"
"""


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    language: str
    name: str
    text: str

    @property
    def label(self) -> str:
        """What a failing test is called."""
        return f"{self.page.relative_to(ROOT)}:{self.name or self.language}"


def blocks(*languages: str) -> Iterator[Block]:
    """Every fenced block in one of these languages."""
    for page in PAGES:
        for indent, language, name, text in FENCE.findall(page.read_text(encoding="utf-8")):
            if language in languages:
                unindented = re.sub(f"^{indent}", "", text, flags=re.MULTILINE)
                yield Block(page, language, name, unindented)


PYTHON = list(blocks("python"))
COMMANDS = sorted(
    {found for block in blocks("sh", "bash") for found in COMMAND.findall(block.text)}
)


def test_there_is_something_to_check() -> None:
    """A change of style in the pages must not leave these tests without work."""
    assert len(PAGES) >= 12
    assert len(PYTHON) >= 5
    assert len(COMMANDS) >= 4


@pytest.mark.parametrize("block", PYTHON, ids=lambda block: block.label)
def test_python_is_imported_and_indexed(block: Block, tmp_path: Path) -> None:
    """As it stands, in a fresh interpreter; tests are imported beside the files they test."""
    for other in PYTHON:
        if other.page == block.page and other.name:
            path = tmp_path / Path(other.name).name
            path.write_text(other.text, encoding="utf-8")
    name = Path(block.name or "snippet.py").name
    (tmp_path / name).write_text(block.text, encoding="utf-8")
    done = run_python("-W", "error", "-c", INDEX, tmp_path, Path(name).stem)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", ["README", "test-a-function", "test-an-app"])
def test_the_tests_of_the_page_pass(page: str, tmp_path: Path) -> None:
    """These pages show an app and its tests."""
    for block in PYTHON:
        if block.page.stem == page:
            (tmp_path / block.name).write_text(block.text, encoding="utf-8")
    done = run_python(*PYTEST, "-q", "-p", "no:asyncio", cwd=tmp_path)
    assert re.search(r"\b[1-9]\d* passed", done.stdout), done.stdout + done.stderr
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["webpubsub.toml", "appsettings.json"])
def test_settings_are_read(name: str, tmp_path: Path) -> None:
    """The settings files that are shown set something."""
    for block in blocks("toml", "json"):
        if block.name == name:
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    (hub,) = HubSettingsFile(tmp_path / name).settings.hubs.values()
    assert hub.event_handlers
    assert hub.event_listeners


#: Commands that have commands of their own.
GROUPS = ("keys",)


@pytest.mark.parametrize("line", COMMANDS)
def test_commands_exist_with_their_options(line: str) -> None:
    """Every command and option in a shell block is in the help of that command."""
    words = shlex.split(line)
    depth = 2 if words[0] in GROUPS else 1
    shown = help_of(*([] if words[0].startswith("-") else words[:depth]))
    own = words[: words.index("--")] if "--" in words else words
    for option in (word for word in own if word.startswith("--")):
        assert re.search(rf"(?<!\S){option}(?![\w-])", shown), option


@cache
def help_of(*command: str) -> str:
    """What a command says of itself."""
    shown = call(*command, "--help")
    assert shown.returncode == 0, shown.stderr
    return shown.stdout


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Links between files of the repository name files that exist, and headings that are there."""
    for target, heading in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
        if heading:
            assert heading in anchors((page.parent / target).resolve()), f"{target}#{heading}"


@cache
def anchors(page: Path) -> frozenset[str]:
    """What the headings of a page are called in its address, as GitHub makes it."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    headings = re.findall("^#+ (.*)$", text, re.MULTILINE)
    return frozenset(
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings
    )


def test_ci_runs_the_tests_as_the_readme_says() -> None:
    """The command that users are given is the one that is known to work."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    command = "pip install uv && uv run --extra local pytest -n auto"
    assert f"\n{command}\n" in readme
    assert f"\n{command}\n" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")
