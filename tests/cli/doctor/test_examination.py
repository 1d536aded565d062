"""Everything together, in the order in which one thing leads to another."""

import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.cli.apps import ECHO, write_app
from tests.cli.processes import free_port
from webpubsub.cli.doctor.examination import examine
from webpubsub.cli.doctor.finding import Finding, Level


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """What an app's settings put into the environment is gone afterwards."""
    monkeypatch.setattr(os, "environ", os.environ.copy())


def found(folder: Path, *, is_named: bool = True) -> Mapping[str, Finding]:
    """The last finding of each code."""
    return {one.code: one for one in examine(folder, is_named=is_named)}


def test_an_app_that_is_well(tmp_path: Path) -> None:
    """Nothing is an error."""
    findings = found(write_app(tmp_path, ECHO))
    assert findings["app"].level is Level.OK
    assert not [one for one in findings.values() if one.level is Level.ERROR]


@pytest.mark.parametrize(("is_named", "level"), [(True, Level.ERROR), (False, Level.OK)])
def test_a_folder_without_an_app(is_named: bool, level: Level, tmp_path: Path) -> None:
    """A mistake only if it was named."""
    findings = found(tmp_path, is_named=is_named)
    assert findings["app"].level is level
    assert "port.service" in findings


def test_settings_of_hubs_that_cannot_be_used(tmp_path: Path) -> None:
    """An app could not be started with them, and is not looked at."""
    folder = write_app(tmp_path, ECHO)
    (folder / "webpubsub.toml").write_text("[hubs", encoding="utf-8")
    findings = found(folder)
    assert findings["hub-settings"].level is Level.ERROR
    assert "app" not in findings


def test_connections_and_webhooks_are_tried(tmp_path: Path) -> None:
    """Those that are set; and one that is not set is named."""
    port = free_port()
    source = ECHO.replace('user_id="{query.user}"', 'connection="Other", user_id="{query.user}"')
    connection = f"Endpoint=http://127.0.0.1:{port};AccessKey={'k' * 40};Version=1.0;"
    folder = write_app(tmp_path, source, WebPubSubConnectionString=connection)
    (folder / "webpubsub.toml").write_text(
        f'[[hubs.echo.event_handlers]]\nurl = "http://127.0.0.1:{port}/"\nuser_events = "*"\n',
        encoding="utf-8",
    )
    findings = found(folder)
    for code in ("resource", "event-handler", "connection"):
        assert findings[code].level is Level.ERROR, findings
    assert "'Other' is not set" in findings["connection"].what


def test_the_port_that_the_app_sets(tmp_path: Path) -> None:
    """Host.LocalHttpPort of its local.settings.json."""
    folder = write_app(tmp_path, ECHO)
    port = free_port()
    (folder / "local.settings.json").write_text(
        f'{{"Host": {{"LocalHttpPort": {port}}}}}', encoding="utf-8"
    )
    assert str(port) in found(folder)["port.functions"].what
