"""When the record is kept."""

import asyncio

import pytest

from webpubsub.dashboard import recording_rate
from webpubsub.dashboard.recorder import Recorder
from webpubsub.dashboard.recording_rate import NotRecorded, RecordingRate
from webpubsub.service.observation import ObservationPoint, SessionEnded


class World:
    """Two points, one of which is busy."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(recording_rate, "_SECOND", 0.1)
        monkeypatch.setattr(recording_rate, "_ITEMS_A_SECOND", 5)
        self.recorder = Recorder()
        self.point, self.other = ObservationPoint(), ObservationPoint()
        self.recording_rate = RecordingRate(self.recorder, [self.point, self.other])
        self.recording_rate.begin()

    def happen(self, times: int) -> None:
        for _ in range(times):
            if self.point.observer is not None:
                self.point.observer(SessionEnded("chat", "c", ""))

    @property
    def kinds(self) -> list[str]:
        return [type(one.item).__name__ for one in self.recorder.after(0, 100)]


async def test_too_much_at_once_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until the second is over; then the record says that there is a gap, and how long it was."""
    world = World(monkeypatch)
    world.happen(100)
    assert world.kinds == ["SessionEnded"] * 6
    assert world.recording_rate.is_away
    assert world.point.observer is world.other.observer is None
    await asyncio.sleep(0.15)
    world.happen(1)
    assert world.kinds[6:] == ["NotRecorded", "SessionEnded"]
    away = world.recorder.after(6, 1)[0].item
    assert isinstance(away, NotRecorded)
    assert 0.05 < away.seconds < 1


async def test_little_at_a_time_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it goes on."""
    world = World(monkeypatch)
    for _ in range(4):
        world.happen(5)
        await asyncio.sleep(0.11)
    assert world.kinds == ["SessionEnded"] * 20


async def test_whoever_looks_misses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment on in which the page is opened."""
    world = World(monkeypatch)
    world.happen(100)
    with world.recording_rate.viewed(), world.recording_rate.viewed():
        world.happen(50)
        assert not world.recording_rate.is_away
    world.happen(3)
    assert world.kinds[6:] == ["NotRecorded"] + ["SessionEnded"] * 53


async def test_whoever_looks_has_more_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also for when the page is opened again."""
    world = World(monkeypatch)
    with world.recording_rate.viewed():
        world.happen(5_000)
    assert len(world.recorder.after(0, 10_000)) == 5_000


async def test_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is one, also for who has looked away."""
    world = World(monkeypatch)
    world.happen(100)
    world.recording_rate.end()
    await asyncio.sleep(0.15)
    assert world.point.observer is None
    assert len(world.kinds) == 6
