"""Where the host keeps what must outlive it."""

from pathlib import Path

import pytest

from webpubsub.host.settings.state_directory import state_directory, state_home


@pytest.mark.parametrize("setting", ["XDG_STATE_HOME", "LOCALAPPDATA"])
def test_every_app_and_kind_has_a_folder_of_its_own(setting: str, tmp_path: Path) -> None:
    """Below the directory that the system has for state, and never in the app."""
    environment = {setting: str(tmp_path / "state")}
    folders = {
        state_directory(kind, tmp_path / app, environment)
        for kind in ("timers", "keys")
        for app in ("one", "two")
    }
    assert len(folders) == 4
    assert all(folder.is_relative_to(tmp_path / "state" / "webpubsub") for folder in folders)


def test_one_app_has_one_folder(tmp_path: Path) -> None:
    """However its path is written."""
    environment = {"XDG_STATE_HOME": str(tmp_path)}
    written = (tmp_path / "app", tmp_path / "other" / ".." / "app")
    assert len({state_directory("keys", path, environment) for path in written}) == 1


def test_the_directory_of_the_system(tmp_path: Path) -> None:
    """What the user has named goes before what is usual."""
    assert state_home({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path
    assert state_home({}) == Path.home() / ".local" / "state"
