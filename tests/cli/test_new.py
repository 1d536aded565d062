"""``webpubsub new``: run as a user would. Specification: functions-python section 13.3."""

from pathlib import Path

import pytest

from tests.cli.calls import call


@pytest.mark.parametrize("command", ["new", "init"])
def test_it_says_what_it_made_and_what_comes_next(command: str, tmp_path: Path) -> None:
    """With the folder as it was named."""
    done = call(command, "my app", "--template", "chat", cwd=tmp_path)
    assert done.stdout.startswith("Made in my app: .funcignore, .gitignore, README.md, ")
    assert "webpubsub start 'my app'\n" in done.stdout
    assert "pytest 'my app'\n" in done.stdout
    assert (tmp_path / "my app" / "function_app.py").is_file()


@pytest.mark.parametrize("words", [["new", "."], ["init"]])
def test_it_can_be_this_folder(words: list[str], tmp_path: Path) -> None:
    """As 'func init' has it by default."""
    done = call(*words, cwd=tmp_path)
    assert done.stdout.endswith("webpubsub start\nTest it:  pip install pytest && pytest\n")
    assert (tmp_path / "host.json").is_file()


def test_files_that_exist_are_one_line(tmp_path: Path) -> None:
    """Which names them and the way out."""
    call("new", ".", cwd=tmp_path)
    done = call("new", ".", "--template", "chat", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr.startswith("error: nothing was written, for there are .funcignore, ")
    assert "--force" in done.stderr
    assert not (tmp_path / "index.html").exists()
    assert call("new", ".", "--template", "chat", "--force", cwd=tmp_path).returncode == 0
    assert (tmp_path / "index.html").exists()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    """No traceback."""
    (tmp_path / "file").touch()
    done = call("new", "file", cwd=tmp_path)
    assert done.returncode == 1
    assert done.stderr == "error: file cannot be written: File exists\n"


def test_a_template_that_is_none_is_wrong_usage(tmp_path: Path) -> None:
    """The right ones are named."""
    done = call("new", "app", "--template", "shop", cwd=tmp_path)
    assert done.returncode == 2
    for name in ("minimal", "chat", "notifications"):
        assert name in done.stderr
