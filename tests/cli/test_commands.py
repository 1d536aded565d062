"""What all commands have in common."""

import re

import pytest

from tests.cli.calls import call
from tests.cli.processes import run, run_python

COMMANDS = ("new", "start", "service", "client-url", "exec", "doctor", "replay", "explain", "check")


def test_help_lists_the_commands() -> None:
    """With examples, also when nothing is asked for."""
    for arguments in (["--help"], ["-h"], []):
        done = run(*arguments)
        text = done.stdout + done.stderr
        for command in COMMANDS:
            assert re.search(rf"^\W*{command} ", text, re.MULTILINE), text
        assert "webpubsub start examples/chat" in text


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command_teaches_by_example(command: str) -> None:
    """Every command shows at least two ways to call it."""
    done = call(command, "--help")
    assert done.returncode == 0
    examples = done.stdout.partition("Examples:")[2]
    assert examples.count(f"webpubsub {command}") >= 2, done.stdout


def test_version() -> None:
    """The version is that of the package."""
    done = run("--version")
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*\n", done.stdout)


def test_an_unknown_command_exits_with_2() -> None:
    """With the usage on the error stream."""
    done = call("strat")
    assert done.returncode == 2
    assert "strat" in done.stderr


def test_help_imports_no_room() -> None:
    """The service, the host and their libraries are imported by the commands that need them."""
    probe = (
        "import sys, webpubsub.cli.commands\n"
        "heavy = {'aiohttp', 'azure', 'msgspec', 'picows', 'uvloop', 'webpubsub.host',"
        " 'webpubsub.service'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = run_python("-c", probe)
    assert (done.stdout, done.returncode) == ("[]\n", 0)


def test_without_the_extra_the_script_says_what_to_install() -> None:
    """A base install has the script, but not the packages it needs."""
    probe = "import sys; sys.modules['typer'] = None; from webpubsub.cli import main; main()"
    done = run_python("-c", probe)
    assert done.returncode == 1
    assert done.stderr == (
        "error: the command line needs more packages: pip install 'webpubsub[local]'\n"
    )
