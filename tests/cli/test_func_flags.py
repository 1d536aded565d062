"""The flags of ``func host start``. Specification: functions-python section 13.1."""

from pathlib import Path

import aiohttp
import pytest
import typer

from tests.cli.apps import ECHO, write_app
from tests.cli.calls import call
from tests.cli.processes import Command, StartedApp, free_port
from webpubsub.cli.func_flags import (
    IGNORED,
    REFUSED,
    tell_of_interpreter_arguments,
    understood,
)


@pytest.mark.parametrize(
    ("arguments", "kept"),
    [
        ([], []),
        (["app", "--port", "7072"], ["app", "--port", "7072"]),
        (["--functions", "a", "b", "-p"], ["--functions", "a", "--functions", "b", "-p"]),
        (["--functions", "a", "-p", "1"], ["--functions", "a", "-p", "1"]),
        (["--functions=a b"], ["--functions", "a", "--functions", "b"]),
        (["--functions"], ["--functions"]),
        (["--no-build", "app"], ["app"]),
        (["--timeout", "20", "app"], ["app"]),
        (["--timeout=20", "app"], ["app"]),
        (["-t", "20", "app"], ["app"]),
        (["app", "--timeout"], ["app"]),
        (["app", "--language-worker", "-m debugpy", "-p", "1"], ["app", "-p", "1"]),
        (["app", "--language-worker", "--", "-m debugpy --listen 9091"], ["app"]),
    ],
)
def test_what_is_left_of_the_arguments(arguments: list[str], kept: list[str]) -> None:
    """Values of flags that mean nothing go with them; several values become several options."""
    assert understood(arguments) == kept


@pytest.mark.parametrize("flag", IGNORED)
def test_a_flag_that_means_nothing_is_told(flag: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In one line on the error stream that says why."""
    understood([flag])
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", f"note: {flag} has no effect: {IGNORED[flag].why}\n")


@pytest.mark.parametrize("flag", REFUSED)
def test_a_flag_that_cannot_be_kept_ends_the_command(
    flag: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Serving without what was asked for would be worse."""
    with pytest.raises(typer.Exit):
        understood([flag])
    assert flag in capsys.readouterr().err


def test_arguments_of_the_interpreter_are_told_where_they_belong(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Editors ask for their debugger so. Specification: functions-python section 11."""
    monkeypatch.setattr("sys.argv", ["bin/webpubsub", "start"])
    tell_of_interpreter_arguments({"languageWorkers__python__arguments": "-m debugpy --listen 9"})
    assert "python -m debugpy --listen 9 bin/webpubsub start\n" in capsys.readouterr().err
    tell_of_interpreter_arguments({})
    assert capsys.readouterr().err == ""


def test_an_option_that_nobody_knows_is_wrong_usage() -> None:
    """As with every command."""
    done = call("host", "start", "--colour")
    assert done.returncode == 2
    assert "--colour" in done.stderr


async def test_what_drives_the_official_tool_drives_this_one(tmp_path: Path) -> None:
    """By its name, with its flags, and ready when the root answers."""
    folder = write_app(tmp_path / "app", ECHO)
    port, service_port = free_port(), free_port()
    words = (
        *("host", "start", "--script-root", folder, "-p", str(port), "--no-build"),
        *("--service-port", str(service_port), "--timeout", "30", "--cors", "http://a.example"),
        *("--cors-credentials", "--functions", "Negotiate", "none", "--verbose"),
    )
    with Command(*words) as command:
        text = command.wait_for("Host lock lease acquired by instance ID")
        assert "\tnegotiate: " in text
        assert "\tmessage: " not in text
        async with aiohttp.ClientSession(f"http://127.0.0.1:{port}") as session:
            async with session.get("/") as answer:
                assert answer.status == 200
            headers = {"Origin": "http://a.example"}
            async with session.get("/api/negotiate?user=a", headers=headers) as answer:
                assert answer.status == 200
                assert answer.headers["Access-Control-Allow-Origin"] == "http://a.example"
                assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert command.interrupt() == 0
    assert "note: --timeout has no effect" in command.output
    assert "--functions names 'none', and the app has no such function" in command.output


def test_the_short_command_takes_the_flags_too(tmp_path: Path) -> None:
    """They are the same command."""
    folder = write_app(tmp_path / "app", ECHO)
    with StartedApp(folder, options=("--no-build",)) as started:
        started.wait_until_ready()
        assert started.interrupt() == 0
    assert "note: --no-build has no effect: nothing is built" in started.output
