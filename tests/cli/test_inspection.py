"""An app that is looked at and not started. Specification: functions-python section 1."""

import json
import os
import socket
from pathlib import Path

import pytest

from tests.cli.apps import ECHO, write_app
from webpubsub.cli.inspection import inspected
from webpubsub.host.errors import HostError


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app's settings put into the environment is gone afterwards."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def test_the_functions_as_they_are_here(tmp_path: Path) -> None:
    """With the settings of this machine, and while others have the ports."""
    folder = write_app(tmp_path, ECHO, GREETING="hi")
    with socket.create_server(("127.0.0.1", 0)):
        app = inspected(folder, None)
    assert [report.name for report in app.functions] == ["message", "negotiate"]
    assert app.problem is None
    assert app.declared == {"GREETING": "hi"}
    assert not app.are_azures


def test_settings_of_azure(tmp_path: Path) -> None:
    """They are what the app finds, in the place of those here."""
    file = tmp_path / "azure.json"
    file.write_text(json.dumps({"WebPubSubHub": "news"}), encoding="utf-8")
    app = inspected(write_app(tmp_path / "app", ECHO, WebPubSubHub="here"), file)
    assert app.default_hub == "news"
    assert app.declared == {"WebPubSubHub": "news"}
    assert app.are_azures


@pytest.mark.parametrize(
    ("name", "text", "problem"),
    [
        ("host.json", "{", "host.json is not valid JSON"),
        ("host.json", '{"version": "1.0"}', "version is '1.0'"),
        ("local.settings.json", '{"IsEncrypted": true}', "is encrypted"),
        ("function_app.py", "raise RuntimeError('no')", "RuntimeError: no"),
    ],
)
def test_what_breaks_the_whole_app(name: str, text: str, problem: str, tmp_path: Path) -> None:
    """It is the app's problem, not ours."""
    folder = write_app(tmp_path, ECHO)
    (folder / name).write_text(text, encoding="utf-8")
    app = inspected(folder, None)
    assert app.problem is not None
    assert problem in app.problem
    assert app.functions == ()


def test_settings_that_cannot_be_read(tmp_path: Path) -> None:
    """That is a mistake of who asks."""
    with pytest.raises(HostError, match="cannot be read"):
        inspected(write_app(tmp_path, ECHO), tmp_path / "azure.json")
