"""``webpubsub replay``: run as a user would."""

import shlex
import sys
from pathlib import Path

import msgspec
import pytest

from tests.cli.apps import ECHO, write_app
from tests.cli.calls import call
from tests.cli.processes import run, script
from tests.cli.test_exec import CLIENT
from tests.recording.test_clients import CONNECT


def test_what_an_app_does_now(tmp_path: Path) -> None:
    """Nothing differs for the same app; for another one the difference is shown, with exit code
    1."""
    app, file = write_app(tmp_path / "app", ECHO), tmp_path / "session.jsonl"
    run("exec", app, "--record", file, "--", sys.executable, "-c", CLIENT)
    same = run("replay", file, app)
    assert same.stdout == "1 requests of 1 clients replayed: nothing differs.\n", same.stderr
    assert same.returncode == 0
    source = ECHO.replace("UserEventResponse(text)", "UserEventResponse(text.upper())")
    other = run("replay", file, write_app(tmp_path / "other", source))
    assert other.returncode == 1
    assert "client 1 (a): messages it got\n" in other.stdout
    assert '  - {"message":{"dataType":"text","data":"hello"}}\n' in other.stdout
    assert '  + {"message":{"dataType":"text","data":"HELLO"}}\n' in other.stdout
    assert "Traceback" not in other.stderr


def test_with_a_service_that_runs(tmp_path: Path) -> None:
    """Whatever is behind it; the exit code tells whether something differs."""
    app, file = write_app(tmp_path / "app", ECHO), tmp_path / "session.jsonl"
    run("exec", app, "--record", file, "--", sys.executable, "-c", CLIENT)
    words = (script(), "replay", str(file), "--pause", "0.1", "--service")
    command = shlex.join(words) + ' "$WebPubSubConnectionString"'
    same = run("exec", app, "--", "sh", "-c", command)
    assert same.stdout == "1 requests of 1 clients replayed: nothing differs.\n", same.stderr
    assert same.returncode == 0
    alone = run("exec", "--", "sh", "-c", command)
    assert alone.returncode == 1
    assert "client 1 (a): messages it got\n  - hello\n" in alone.stdout


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--service", "nonsense"], "--service: part 1 of the connection string has no '='"),
        (["--service", "Endpoint=http://x;"], "--service: the connection string has no AccessKey"),
        ([".", "--service", "Endpoint=http://x;AccessKey=k;"], "there is an app and a --service"),
        (
            ["--service", f"Endpoint=http://127.0.0.1:1;AccessKey={'k' * 32};"],
            "http://127.0.0.1:1 does not answer: ",
        ),
    ],
)
def test_a_service_that_is_none(tmp_path: Path, words: list[str], message: str) -> None:
    """One line, without the key."""
    connect = msgspec.json.encode(CONNECT).decode()
    file = tmp_path / "file"
    file.write_text(f'{{"webpubsubRecording":1}}\n{connect}\n', encoding="utf-8")
    done = run("replay", file, *words)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {message}")
    assert done.stderr.count("\n") == 1


def test_what_cannot_be_replayed_is_one_line(tmp_path: Path) -> None:
    """No recording, or no app."""
    (tmp_path / "file").write_text("{}", encoding="utf-8")
    done = call("replay", tmp_path / "file")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path / 'file'} is no recording")
    assert done.stderr.count("\n") == 1


def test_a_broken_app_is_no_traceback_of_ours(tmp_path: Path) -> None:
    """The user's own, and one line."""
    (tmp_path / "file").write_text('{"webpubsubRecording":1}\n', encoding="utf-8")
    done = run("replay", tmp_path / "file", write_app(tmp_path / "app", "import nowhere_at_all"))
    assert done.returncode == 1
    assert "nowhere_at_all" in done.stderr
    assert "webpubsub/cli" not in done.stderr
