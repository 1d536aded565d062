"""One timer for pings and deadlines. Specification: client-protocols section 2.2."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.service.fakes import ManualLoop
from webpubsub.service.sweeper import SWEEP_INTERVAL, Sweeper


class World:
    """A sweeper with a ping interval of ten seconds on a manual clock."""

    def __init__(self) -> None:
        self.loop = ManualLoop()
        self.sweeper = Sweeper(self.loop.time, ping_interval=10.0)
        self.calls: list[str] = []

    def calling(self, name: str) -> Callable[[], None]:
        return lambda: self.calls.append(name)

    def sweep_at(self, now: float) -> list[str]:
        """What is called when it is so late."""
        self.loop.now = now
        self.calls.clear()
        self.sweeper.sweep()
        return list(self.calls)


class Patient:
    """Is watched until it has been called so often."""

    def __init__(self, world: World, name: str, calls: int = 1000) -> None:
        self._world = world
        self._name = name
        self._calls = calls

    def keep_alive(self) -> bool:
        self._world.calls.append(self._name)
        self._calls -= 1
        return self._calls > 0


def test_deadlines_are_called_when_due_in_order() -> None:
    """A deadline is called by the first sweep after it, once; equal ones in the order made."""
    world = World()
    world.sweeper.after(5.0, world.calling("late"))
    world.sweeper.after(2.0, world.calling("early"))
    world.sweeper.after(2.0, world.calling("early too"))
    assert world.sweep_at(1.9) == []
    assert world.sweep_at(2.0) == ["early", "early too"]
    assert world.sweep_at(100.0) == ["late"]
    assert world.sweep_at(200.0) == []


def test_a_cancelled_deadline_is_not_called() -> None:
    """Cancelling before or after the deadline is harmless."""
    world = World()
    first = world.sweeper.after(1.0, world.calling("first"))
    second = world.sweeper.after(1.0, world.calling("second"))
    first.cancel()
    assert world.sweep_at(1.0) == ["second"]
    second.cancel()
    assert world.sweep_at(2.0) == []


def test_what_is_watched_no_more_is_forgotten_at_once() -> None:
    """A cancelled watch calls nothing and, long before it is due, keeps nothing alive."""
    world = World()
    watch = world.sweeper.watch(Patient(world, "gone"))
    world.sweeper.watch(Patient(world, "here"))
    watch.cancel()
    assert watch.watched is None
    assert world.sweep_at(10.0) == ["here"]
    assert world.sweep_at(20.0) == ["here"]


def test_what_comes_to_nothing_does_not_pile_up() -> None:
    """Clients come and go much faster than anything is due, and each leaves a deadline and a
    watch behind."""
    world = World()
    for _ in range(100):
        deadline = world.sweeper.after(5.0, world.calling("late"))
        watch = world.sweeper.watch(Patient(world, "gone"))
        deadline.cancel()
        watch.cancel()
    assert [len(queue) for queue in world.sweeper._deadlines.values()] == [1]
    assert [len(queue) for queue in world.sweeper._watched.values()] == [1]
    assert world.sweep_at(100.0) == []
    assert (world.sweeper._deadlines, world.sweeper._watched) == ({}, {})


def test_deadlines_are_absolute() -> None:
    """A late sweep delays nothing further."""
    world = World()
    world.sweeper.after(1.0, world.calling("a"))
    world.sweeper.after(2.0, world.calling("b"))
    assert world.sweep_at(1.75) == ["a"]
    assert world.sweep_at(2.0) == ["b"]


def test_a_deadline_may_make_another() -> None:
    """What a deadline starts is due in its own time."""
    world = World()

    def make_another() -> None:
        world.sweeper.after(1.0, world.calling("next"))

    world.sweeper.after(1.0, make_another)
    assert world.sweep_at(1.0) == []
    assert world.sweep_at(2.0) == ["next"]


def test_watching() -> None:
    """What is watched is called every interval until it wants no more."""
    world = World()
    world.sweeper.watch(Patient(world, "twice", calls=2))
    world.loop.now = 5.0
    world.sweeper.watch(Patient(world, "always"))
    assert world.sweep_at(9.9) == []
    assert world.sweep_at(10.0) == ["twice"]
    assert world.sweep_at(15.0) == ["always"]
    assert world.sweep_at(20.0) == ["twice"]
    assert world.sweep_at(25.0) == ["always"]
    assert world.sweep_at(40.0) == ["always"]


def test_intervals_of_their_own() -> None:
    """A long interval does not hold up a short one, and an interval nobody has leaves nothing."""
    world = World()
    world.sweeper.watch(Patient(world, "usual"))
    world.sweeper.watch(Patient(world, "often", calls=3), 4.0)
    world.sweeper.watch(Patient(world, "seldom"), 20.0)
    assert world.sweep_at(4.0) == ["often"]
    assert world.sweep_at(8.0) == ["often"]
    assert sorted(world.sweep_at(12.0)) == ["often", "usual"]
    assert sorted(world.sweep_at(22.0)) == ["seldom", "usual"]
    assert set(world.sweeper._watched) == {10.0, 20.0}


def test_sweeping_by_itself() -> None:
    """Once started, it sweeps four times a second with one timer, until it is stopped."""
    world = World()
    world.sweeper.start(world.loop.asyncio)
    world.sweeper.after(1.1, world.calling("a"))
    world.loop.advance(1.0)
    assert world.calls == []
    world.loop.advance(SWEEP_INTERVAL)
    assert world.calls == ["a"]
    assert len(world.loop.waiting) == 1
    world.sweeper.stop()
    assert world.loop.waiting == []


def test_one_broken_action_does_not_end_the_sweeping() -> None:
    """The next sweep comes all the same."""
    world = World()
    world.sweeper.start(world.loop.asyncio)

    def fail() -> None:
        raise ValueError

    world.sweeper.after(0.1, fail)
    world.sweeper.after(0.2, world.calling("next"))
    with pytest.raises(ValueError):
        world.loop.advance(SWEEP_INTERVAL)
    world.loop.advance(SWEEP_INTERVAL)
    assert world.calls == ["next"]


def test_stopping() -> None:
    """What was to happen later happens when it stops, and nothing is watched any more."""
    world = World()
    world.sweeper.after(100.0, world.calling("deadline"))
    world.sweeper.after(50.0, world.calling("cancelled")).cancel()
    world.sweeper.watch(Patient(world, "watched"))
    world.sweeper.stop()
    assert world.calls == ["deadline"]
    assert world.sweep_at(1000.0) == []


@given(st.lists(st.floats(0, 100), max_size=20))
def test_every_deadline_is_called_in_its_sweep(delays: list[float]) -> None:
    """A sweep calls exactly what has become due since the one before, the earliest first."""
    world = World()
    for number, delay in enumerate(delays):
        world.sweeper.after(delay, world.calling(f"{number}"))
    swept = world.sweep_at(50.0) + world.sweep_at(100.0)
    assert swept == [f"{n}" for n in sorted(range(len(delays)), key=delays.__getitem__)]
