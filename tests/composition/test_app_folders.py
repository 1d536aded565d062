"""Which folders hold a function app. Specification: functions-python section 10.3."""

from pathlib import Path

import pytest

from webpubsub.composition.app_folders import AppFolderError, app_around, check_app_folder


@pytest.mark.parametrize("name", ["host.json", "function_app.py", "greet/function.json"])
def test_any_one_mark_of_an_app_is_enough(tmp_path: Path, name: str) -> None:
    """A host.json, a function_app.py, or a folder with a function.json."""
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.touch()
    check_app_folder(tmp_path)


def test_an_empty_folder_is_no_app(tmp_path: Path) -> None:
    """What was looked for is named."""
    with pytest.raises(
        AppFolderError, match=r"host\.json.*function_app\.py.*function\.json.*webpubsub new"
    ):
        check_app_folder(tmp_path)


def test_a_missing_folder_is_suggested_another(tmp_path: Path) -> None:
    """The one beside it with nearly the same name."""
    (tmp_path / "chat").mkdir()
    with pytest.raises(AppFolderError, match=rf"Did you mean '{tmp_path / 'chat'}'\?"):
        check_app_folder(tmp_path / "chta")


def test_nothing_is_suggested_where_nothing_is(tmp_path: Path) -> None:
    """Not even the parent exists."""
    with pytest.raises(AppFolderError, match=r"there is no folder '.*b'\.$"):
        check_app_folder(tmp_path / "a" / "b")


def test_a_file_is_not_a_folder(tmp_path: Path) -> None:
    """The folder it is in is named."""
    (tmp_path / "function_app.py").touch()
    with pytest.raises(AppFolderError, match=rf"name the folder it is in: {tmp_path}"):
        check_app_folder(tmp_path / "function_app.py")


@pytest.mark.parametrize(
    ("files", "begin", "found"),
    [
        (["host.json"], "a/b", "."),
        (["host.json", "a/host.json"], "a/b", "a"),
        (["host.json", "a/function_app.py"], "a", "a"),
        (["function_app.py"], "a/b", "a/b"),
        ([], "a/b", "a/b"),
    ],
)
def test_an_app_is_found_from_below(
    tmp_path: Path, files: list[str], begin: str, found: str
) -> None:
    """The nearest folder above with a host.json, unless there is an app right here."""
    (tmp_path / begin).mkdir(parents=True)
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert app_around(tmp_path / begin) == tmp_path / found
