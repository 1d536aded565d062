"""When the record is kept."""

import asyncio

import pytest

from tests.service.fakes import ManualLoop
from webpubsub.dashboard import recording_rate
from webpubsub.dashboard.recorder import Recorder
from webpubsub.dashboard.recording_rate import NotRecorded, RecordingRate
from webpubsub.service.observation import ObservationPoint, SessionEnded


class World:
    """Two points, one of which is busy."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recording_rate, "_ITEMS_A_SECOND", 5)
        self.recorder, self.loop = Recorder(), ManualLoop()
        self.point, self.other = ObservationPoint(), ObservationPoint()
        with monkeypatch.context() as patch:
            patch.setattr(asyncio, "get_running_loop", lambda: self.loop)
            self.recording_rate = RecordingRate(self.recorder, [self.point, self.other])
        self.recording_rate.begin()

    def happen(self, times: int) -> None:
        for _ in range(times):
            if self.point.observer is not None:
                self.point.observer(SessionEnded("chat", "c", ""))

    @property
    def kinds(self) -> list[str]:
        return [type(one.item).__name__ for one in self.recorder.after(0, 100)]


def test_too_much_at_once_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the second is over; then the record says that there is a gap, and how long it was."""
    world = World(monkeypatch)
    world.happen(100)
    assert world.kinds == ["SessionEnded"] * 6
    assert world.recording_rate.is_away
    assert world.point.observer is world.other.observer is None
    world.loop.advance(0.9)
    assert world.recording_rate.is_away
    world.loop.advance(0.1)
    world.happen(1)
    assert world.kinds[6:] == ["NotRecorded", "SessionEnded"]
    assert world.recorder.after(6, 1)[0].item == NotRecorded(1)


def test_little_at_a_time_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it goes on."""
    world = World(monkeypatch)
    for _ in range(4):
        world.happen(5)
        world.loop.advance(1.1)
    assert world.kinds == ["SessionEnded"] * 20


def test_whoever_looks_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment on in which the page is opened."""
    world = World(monkeypatch)
    world.happen(100)
    with world.recording_rate.viewed(), world.recording_rate.viewed():
        world.happen(50)
        assert not world.recording_rate.is_away
    world.happen(3)
    assert world.kinds[6:] == ["NotRecorded"] + ["SessionEnded"] * 53


def test_whoever_looks_has_more_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for when the page is opened again."""
    world = World(monkeypatch)
    with world.recording_rate.viewed():
        world.happen(5_000)
    assert len(world.recorder.after(0, 10_000)) == 5_000


def test_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is one, also for who has looked away."""
    world = World(monkeypatch)
    world.happen(100)
    world.recording_rate.end()
    world.loop.advance(2)
    assert world.point.observer is None
    assert len(world.kinds) == 6
