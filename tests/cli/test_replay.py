"""``webpubsub replay``: run as a user would."""

import sys
from pathlib import Path

from tests.cli.apps import ECHO, write_app
from tests.cli.processes import run
from tests.cli.test_exec import CLIENT


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


def test_what_cannot_be_replayed_is_one_line(tmp_path: Path) -> None:
    """No recording, or no app."""
    (tmp_path / "file").write_text("{}", encoding="utf-8")
    done = run("replay", tmp_path / "file")
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
