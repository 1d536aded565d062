"""``webpubsub record``: run as a user would."""

from pathlib import Path

from tests.cli.apps import ECHO, write_app
from tests.cli.processes import Command, free_port, run
from webpubsub.recording.files import read_recording


def test_an_app_runs_on_record(tmp_path: Path) -> None:
    """It is the app that start runs, and the file is whole when it is told to stop."""
    app, file = write_app(tmp_path / "app", ECHO), tmp_path / "session.jsonl"
    ports = ("--port", str(free_port()), "--service-port", str(free_port()))
    with Command("record", file, app, *ports) as recording:
        recording.wait_for("Host lock lease acquired")
        assert recording.interrupt() == 0
    assert read_recording(file) == []


def test_what_exists_is_not_overwritten(tmp_path: Path) -> None:
    """One line says so, and nothing is started."""
    app, file = write_app(tmp_path / "app", ECHO), tmp_path / "mine"
    file.write_text("precious", encoding="utf-8")
    done = run("record", file, app, "--port", "0", "--service-port", "0")
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {file} exists and is not overwritten")
    assert file.read_text(encoding="utf-8") == "precious"
