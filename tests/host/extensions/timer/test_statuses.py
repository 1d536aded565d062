"""What is kept of a timer between two runs of the host.

Specification: functions-python section 7.
"""

from datetime import UTC, datetime, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.host.extensions.timer.statuses import (
    FileStatusStore,
    MemoryStatusStore,
    StatusStore,
    TimerStatus,
)

_NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
_STATUS = TimerStatus(last=None, next=_NOON, last_updated=_NOON)


@pytest.fixture(params=["memory", "file"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> StatusStore:
    """Both stores keep the same promises."""
    return MemoryStatusStore() if request.param == "memory" else FileStatusStore(tmp_path / "new")


def test_a_status_is_kept_for_each_timer(store: StatusStore) -> None:
    """A timer has its own status, and only the last one."""
    assert store.read("a") is None
    later = TimerStatus(last=_NOON, next=_NOON, last_updated=_NOON)
    store.write("a", _STATUS)
    store.write("b", _STATUS)
    store.write("a", later)
    assert (store.read("a"), store.read("b")) == (later, _STATUS)


def test_a_file_belongs_to_a_function_in_any_letter_case(tmp_path: Path) -> None:
    """As its name does on every system, whatever that makes of the names of files."""
    FileStatusStore(tmp_path).write("Tick", _STATUS)
    assert FileStatusStore(tmp_path).read("tICK") == _STATUS
    assert [path.name for path in tmp_path.iterdir()] == ["tick.json"]


_ZONES = st.sampled_from([UTC, timezone.min, timezone.max])
_TIMES = st.datetimes(
    min_value=_NOON.replace(tzinfo=None, year=1990),
    max_value=_NOON.replace(tzinfo=None, year=2090),
    timezones=_ZONES,
)


@given(st.text(), st.none() | _TIMES, _TIMES, _TIMES)
def test_a_file_gives_back_what_was_written(
    tmp_path_factory: pytest.TempPathFactory,
    name: str,
    last: datetime | None,
    following: datetime,
    updated: datetime,
) -> None:
    """To the microsecond and whatever the function is called, for every store of the app."""
    directory = tmp_path_factory.mktemp("timers")
    status = TimerStatus(last=last, next=following, last_updated=updated)
    name = name[:20].encode("utf-8", "replace").decode()
    FileStatusStore(directory).write(name, status)
    assert FileStatusStore(directory).read(name) == status
    assert [path.parent for path in directory.rglob("*.json")] == [directory]


@pytest.mark.parametrize(
    ("content", "is_told"),
    [
        (b"", True),
        (b"{}", True),
        (b'{"last":null,"next":"x","last_updated":"x"}', True),
        (b'{"last":null,"next":"2024-05-01T12:00:00","last_updated":"2024-05-01T12:00:00"}', False),
    ],
)
def test_a_broken_file_is_as_good_as_none(
    content: bytes, is_told: bool, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The timer starts anew, and the log says why."""
    (tmp_path / "a.json").write_bytes(content)
    assert FileStatusStore(tmp_path).read("a") is None
    assert ("The status of timer 'a' is lost" in caplog.text) is is_told


def test_a_status_that_cannot_be_kept_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """No error stops the timer."""
    (tmp_path / "taken").write_bytes(b"")
    FileStatusStore(tmp_path / "taken").write("a", _STATUS)
    assert "The status of timer 'a' cannot be kept" in caplog.text


@pytest.mark.parametrize("setting", ["XDG_STATE_HOME", "LOCALAPPDATA"])
def test_apps_do_not_share_their_timers(setting: str, tmp_path: Path) -> None:
    """A store belongs to one app, and writes nothing into its directory."""
    apps, state = (tmp_path / "app", tmp_path / "other"), tmp_path / "state"
    first, second = (FileStatusStore.for_app(app, {setting: str(state)}) for app in apps)
    first.write("a", _STATUS)
    assert second.read("a") is None
    assert FileStatusStore.for_app(apps[0], {setting: str(state)}).read("a") == _STATUS
    assert list(tmp_path.iterdir()) == [state]


def test_without_settings_it_is_the_home_of_the_user(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The usual place of Unix for what programs remember."""
    monkeypatch.setenv("HOME", str(tmp_path))
    FileStatusStore.for_app(tmp_path / "app", {}).write("a", _STATUS)
    assert len(list(tmp_path.glob(".local/state/webpubsub/timers/*/a.json"))) == 1
