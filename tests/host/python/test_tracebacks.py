"""Tracebacks with the user's own code only."""

from pathlib import Path

import pytest

from tests.host.python.apps import write
from webpubsub.host.python.tracebacks import (
    app_traceback,
    as_failure,
    is_of_app,
    one_line,
    text_of,
)


class Unprintable(Exception):
    """Its text cannot be made."""

    def __str__(self) -> str:
        raise ValueError


@pytest.mark.parametrize(
    ("filename", "expected"),
    [
        ("/app/function_app.py", True),
        ("/app/lib/x.py", True),
        ("/other/x.py", False),
        ("/application/x.py", False),
        ("/app/.venv/lib/python3.11/site-packages/x.py", False),
        ("/app/.python_packages/lib/site-packages/x.py", False),
        ("<string>", False),
    ],
)
def test_what_is_of_the_app(filename: str, expected: bool) -> None:
    """Files below its directory, without packages installed there."""
    assert is_of_app(filename, Path("/app")) is expected


def raised_by(source: str, folder: Path) -> BaseException:
    """What code in a file of the folder raises."""
    path = write(folder, {"user_code.py": source}) / "user_code.py"
    try:
        exec(compile(path.read_text(), str(path), "exec"), {})
    except BaseException as error:
        return error
    raise AssertionError("nothing was raised")


def test_only_frames_of_the_app_are_shown(tmp_path: Path) -> None:
    """Neither ours nor those of the libraries between; the error itself is."""
    text = app_traceback(raised_by("import json\njson.loads('{')", tmp_path), tmp_path)
    assert 'user_code.py", line 2' in text
    assert "JSONDecodeError" in text
    assert "json/decoder" not in text
    assert "test_tracebacks" not in text


def test_causes_are_shown_likewise(tmp_path: Path) -> None:
    """A cause has its own place in the app."""
    source = "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e\n"
    text = app_traceback(raised_by(source, tmp_path), tmp_path)
    assert (
        text.index("ZeroDivisionError") < text.index("direct cause") < text.index("KeyError: 'k'")
    )
    assert "line 2" in text
    assert "line 4" in text
    assert "test_tracebacks" not in text


def test_a_syntax_error_shows_its_line(tmp_path: Path) -> None:
    """The file cannot have a frame, and is named all the same."""
    text = app_traceback(raised_by("x = (\n", tmp_path), tmp_path)
    assert "user_code.py" in text
    assert "SyntaxError" in text


def test_a_failure_says_what_where_and_why(tmp_path: Path) -> None:
    """Type, text and the traceback down to the user's line."""
    failure = as_failure(raised_by("raise KeyError('k')", tmp_path))
    assert (failure.type, failure.message) == ("KeyError", "'k'")
    assert "user_code.py" in failure.stack_trace
    assert failure.stack_trace.endswith("KeyError: 'k'\n")


def test_a_text_that_cannot_be_made_is_no_second_failure() -> None:
    """The user's ``__str__`` may raise."""
    assert "cannot be made" in text_of(Unprintable())
    assert as_failure(Unprintable()).type == "Unprintable"


def test_one_line_has_one_line() -> None:
    """Lines and indentation become single spaces."""
    assert one_line(ValueError("a\n  b\n")) == "a b"
