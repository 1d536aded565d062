"""The secret that seals cookies, in its file."""

import logging
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from webpubsub.dashboard.secret_file import kept_secret


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a user who has nothing yet."""
    return {"XDG_STATE_HOME": str(tmp_path / "state")}


def _file(environment: dict[str, str]) -> Path:
    return Path(environment["XDG_STATE_HOME"], "webpubsub", "dashboard", "cookies.secret")


def test_it_is_made_once(environment: dict[str, str]) -> None:
    """Of enough bytes, for nobody else to read, and with nothing left beside it."""
    secret = kept_secret(environment)
    assert len(secret) == 32
    assert kept_secret(environment) == secret
    file = _file(environment)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert list(file.parent.iterdir()) == [file]


def test_services_that_start_at_once_share_it(environment: dict[str, str]) -> None:
    """Whoever comes second takes what is there."""
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(kept_secret, [environment] * 8))) == 1


def _shown_to_others(file: Path) -> None:
    file.chmod(0o640)


def _cut(file: Path) -> None:
    file.write_bytes(b"short")


def _grown(file: Path) -> None:
    file.write_bytes(bytes(33))


def _a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize("spoil", [_shown_to_others, _cut, _grown, _a_folder])
def test_a_file_that_is_no_good(
    environment: dict[str, str], caplog: pytest.LogCaptureFixture, spoil: object
) -> None:
    """Is left as it is, and said once; every start then has a secret of its own."""
    before = kept_secret(environment)
    file = _file(environment)
    assert callable(spoil)
    spoil(file)
    caplog.set_level(logging.WARNING)
    secret = kept_secret(environment)
    assert secret not in (before, kept_secret(environment), bytes(32))
    assert len(secret) == 32
    assert "cookies.secret" in caplog.messages[0]
    assert "need the new link" in caplog.messages[0]
    assert len(caplog.messages) == 2


def test_a_place_where_nothing_can_be_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Such as a file where the folder should be."""
    (tmp_path / "state").write_text("in the way")
    environment = {"XDG_STATE_HOME": str(tmp_path / "state")}
    assert kept_secret(environment) != kept_secret(environment)
    assert len(caplog.messages) == 2


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in containers that run under any number."""

    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "home", homeless)
    assert len(kept_secret({})) == 32


def test_a_file_of_another_user(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Is theirs."""
    secret = kept_secret(environment)
    monkeypatch.setattr(os, "getuid", lambda: 4711)
    assert kept_secret(environment) != secret
