"""What can be read, and whether names go together."""

import os
from pathlib import Path

import pytest

from tests.cli.apps import ECHO, HALF, write_app
from webpubsub.cli.doctor.apps import app_in, hub_names, hub_settings, hubs_of, local_settings
from webpubsub.cli.doctor.finding import Level


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app's settings put into the environment is gone afterwards."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


@pytest.mark.parametrize(
    ("text", "level", "what"),
    [
        (None, Level.OK, "there is no local.settings.json"),
        ("{}", Level.OK, "can be read"),
        ("{", Level.ERROR, "is not valid JSON"),
    ],
)
def test_local_settings(text: str | None, level: Level, what: str, tmp_path: Path) -> None:
    """A file that cannot be read counts for nothing, which is easily overlooked."""
    if text is not None:
        (tmp_path / "local.settings.json").write_text(text, encoding="utf-8")
    (finding,) = local_settings(tmp_path)
    assert finding.level is level
    assert what in finding.what


def test_hub_settings(tmp_path: Path) -> None:
    """None, good ones, and such as cannot be used."""
    assert hub_settings(tmp_path) == ({}, [])
    file = tmp_path / "webpubsub.toml"
    file.write_text("[hubs.chat]\nanonymous = true\n", encoding="utf-8")
    hubs, (finding,) = hub_settings(tmp_path)
    assert list(hubs) == ["chat"]
    assert finding.level is Level.OK
    file.write_text("[hubs.chat]\nanonymos = true\n", encoding="utf-8")
    hubs, (finding,) = hub_settings(tmp_path)
    assert finding.level is Level.ERROR
    assert "anonymos" in finding.what


def test_an_app_that_can_run(tmp_path: Path) -> None:
    """And the hubs it has."""
    app, (finding,) = app_in(write_app(tmp_path, ECHO))
    assert finding.level is Level.OK
    assert hubs_of(app) == {"echo"}


def test_an_app_with_a_function_in_error(tmp_path: Path) -> None:
    """As the check of an app says it."""
    _, (finding,) = app_in(write_app(tmp_path, HALF))
    assert (finding.level, finding.code) == (Level.ERROR, "function.error")
    assert "function bad" in finding.what


def test_a_hub_that_no_function_has(tmp_path: Path) -> None:
    """It is probably one that is misspelt."""
    (tmp_path / "webpubsub.toml").write_text(
        "[hubs.ehco]\nanonymous = true\n[hubs.echo]\nanonymous = true\n",
        encoding="utf-8",
    )
    app, _ = app_in(write_app(tmp_path, ECHO))
    (finding,) = hub_names(hub_settings(tmp_path)[0], app)
    assert finding.level is Level.WARNING
    assert "'ehco'" in finding.what
    assert "Did you mean 'echo'" in finding.what
