"""``webpubsub doctor``: run as a user would."""

import json
from pathlib import Path

from tests.cli.apps import ECHO, HALF, write_app
from tests.cli.processes import run


def test_an_app_that_is_well(tmp_path: Path) -> None:
    """Each thing that was looked at is a line, and the exit code is 0."""
    done = run("doctor", cwd=write_app(tmp_path, ECHO))
    assert done.returncode == 0, done.stdout
    assert "\nok       app: 2 functions in " in done.stdout
    assert "Traceback" not in done.stderr


def test_an_app_that_is_not(tmp_path: Path) -> None:
    """For a program, with exit code 1."""
    done = run("doctor", write_app(tmp_path, HALF), "--json")
    assert done.returncode == 1
    report = json.loads(done.stdout)
    assert report["healthy"] is False
    (wrong,) = [one for one in report["findings"] if one["level"] == "error"]
    assert wrong["code"] == "function.error"
    assert wrong["mend"]
