"""A settings file, read and read again. Specification: upstream-events section 2."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from webpubsub.service.hub_settings import files
from webpubsub.service.hub_settings.files import HubSettingsFile
from webpubsub.service.hub_settings.flags import hubs_from_flags
from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import NO_SETTINGS

GOOD = "[hubs.chat]\nanonymous = true\n"
BAD = "[hubs.chat]\nanonymus = true\n"
EMULATOR = (
    '{"WebPubSub:Hubs:chat:EventHandlers:0": {"UrlTemplate": "http://a", "EventPattern": "*"}}'
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with good settings."""
    path = tmp_path / "webpubsub.toml"
    path.write_text(GOOD, "utf-8")
    return path


def test_the_suffix_tells_the_format(tmp_path: Path, path: Path) -> None:
    """TOML, or the emulator's JSON; a byte order mark does not matter."""
    assert HubSettingsFile(path).settings.of("chat").allow_anonymous
    emulator = tmp_path / "appsettings.Development.json"
    emulator.write_text(EMULATOR, "utf-8-sig")
    (handler,) = HubSettingsFile(emulator).settings.of("chat").event_handlers
    assert handler.url_template == "http://a"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("missing.toml", None, "missing.toml' cannot be read: no such file or directory."),
        ("settings.yaml", b"", "settings.yaml' must end in .toml, or in .json when it is an"),
        ("webpubsub.toml", b"\xff", "webpubsub.toml is not UTF-8: "),
        ("webpubsub.toml", BAD.encode(), "webpubsub.toml, line 2: hubs.chat has no setting"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused(
    tmp_path: Path, name: str, content: bytes | None, sentence: str
) -> None:
    """At the start there are no settings that could be kept."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(HubSettingsError) as caught:
        HubSettingsFile(tmp_path / name)
    assert sentence in str(caught.value)


def test_a_change_replaces_all_settings_but_those_of_flags(path: Path) -> None:
    """What is no longer in the file no longer holds."""
    file = HubSettingsFile(path, hubs_from_flags(["chat=http://flag"]))
    assert not file.refresh()
    path.write_text("[hubs.other]\nping_interval = 3", "utf-8")
    assert file.refresh()
    assert file.settings.of("other").ping_interval == 3
    assert not file.settings.of("chat").allow_anonymous
    assert len(file.settings.of("chat").event_handlers) == 1


@pytest.mark.parametrize("content", [BAD, "[", None])
def test_a_bad_change_keeps_the_last_good_settings(
    path: Path, caplog: pytest.LogCaptureFixture, content: str | None
) -> None:
    """It is logged where and why, once, until the file changes again."""
    file = HubSettingsFile(path)
    if content is None:
        path.unlink()
    else:
        path.write_text(content, "utf-8")
    with caplog.at_level(logging.ERROR):
        assert not file.refresh()
        assert not file.refresh()
    (record,) = caplog.records
    assert "webpubsub.toml" in record.message
    assert record.message.endswith("The settings stay as they were.")
    assert file.settings.of("chat").allow_anonymous
    path.write_text(GOOD.replace("true", "false"), "utf-8")
    assert file.refresh()
    assert not file.settings.of("chat").allow_anonymous


def test_the_service_keeps_what_it_started_with(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """A change of it is told, and does not keep what is set for hubs from changing."""
    path.write_text("[service]\nmax_groups = 5", "utf-8")
    file = HubSettingsFile(path)
    assert file.service.max_groups == 5
    path.write_text(f"[service]\nmax_groups = 5\n{GOOD}", "utf-8")
    assert file.refresh()
    assert caplog.messages == []
    path.write_text("[service]\nmax_groups = 6", "utf-8")
    assert file.refresh()
    assert not file.settings.of("chat").allow_anonymous
    assert file.service.max_groups == 5
    (message,) = caplog.messages
    assert message.endswith("what [service] says holds when the service is started again.")


def _write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def _replace(path: Path, text: str) -> Path:
    return _write(path.with_suffix(".tmp"), text).replace(path)


def _put_behind_a_link(path: Path) -> Path:
    real = path.replace(path.with_suffix(".real"))
    path.symlink_to(real)
    return real


@asynccontextmanager
async def _watching(file: HubSettingsFile) -> AsyncIterator[asyncio.Event]:
    """The event is set whenever the settings have changed."""
    stop, changed = asyncio.Event(), asyncio.Event()
    watcher = asyncio.create_task(file.watch(stop, changed.set))
    try:
        yield changed
    finally:
        stop.set()
        await asyncio.wait_for(watcher, 10)


async def test_a_file_is_watched(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Written in place, or replaced by another, as editors do."""
    monkeypatch.setattr(files, "_LOOK_ANYWAY", 60_000)
    file = HubSettingsFile(path)
    # Before it is watched.
    _write(path, "[hubs.one]\nanonymous = true")
    async with _watching(file) as changed:
        await asyncio.wait_for(changed.wait(), 20)
        assert file.settings.of("one").allow_anonymous
        assert file.settings.of("chat") is NO_SETTINGS
        for name, write in (("two", _write), ("three", _replace)):
            changed.clear()
            write(path, f"[hubs.{name}]\nanonymous = true")
            await asyncio.wait_for(changed.wait(), 20)
            assert file.settings.of(name).allow_anonymous


async def test_a_file_behind_links_is_watched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Kubernetes mounts one: the link to its folder is replaced."""
    monkeypatch.setattr(files, "_LOOK_ANYWAY", 60_000)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        _write(tmp_path / name / "webpubsub.toml", f"[hubs.{name}]\nanonymous = true")
    data, path = tmp_path / "..data", tmp_path / "webpubsub.toml"
    data.symlink_to("one")
    path.symlink_to("..data/webpubsub.toml")
    file = HubSettingsFile(path)
    _write(tmp_path / "one" / "webpubsub.toml", "[hubs.zero]\nanonymous = true")
    async with _watching(file) as changed:
        await asyncio.wait_for(changed.wait(), 20)
        changed.clear()
        new = tmp_path / "..data_tmp"
        new.symlink_to("two")
        new.replace(data)
        await asyncio.wait_for(changed.wait(), 20)
        assert file.settings.of("two").allow_anonymous


async def test_a_file_is_looked_at_anyway(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where changes are not reported."""
    monkeypatch.setattr(files, "_LOOK_ANYWAY", 100)
    file = HubSettingsFile(path)
    real = _put_behind_a_link(path)
    async with _watching(file) as changed:
        await asyncio.sleep(0.2)
        _write(real, "[hubs.one]\nanonymous = true")
        await asyncio.wait_for(changed.wait(), 20)
        assert file.settings.of("one").allow_anonymous
