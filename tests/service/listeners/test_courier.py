"""Events wait for a target in a bounded queue; nobody waits for the target.

Specification: upstream-events section 16.
"""

import asyncio
import logging

import pytest

from tests.service.listeners.events import Remembering, system_event, user_event
from tests.service.wire import until
from webpubsub.service.listeners.courier import BATCH, Courier
from webpubsub.service.listeners.target import Undelivered
from webpubsub.service.observation import ListenerSent, ObservationPoint, Sighting


def numbered(count: int) -> list[str]:
    """Names of events."""
    return [f"e{number}" for number in range(count)]


def names(target: Remembering) -> list[str]:
    """The names of the events that have arrived."""
    return [event.connection_context.event_name for event in target.events]


async def test_events_arrive_in_order_and_together() -> None:
    """What has come up in the meantime goes in one batch, of a bounded size."""
    target = Remembering()
    courier = Courier(target)
    target.open.clear()
    courier.put(user_event("first"))
    await asyncio.sleep(0)
    for name in numbered(BATCH + 1):
        courier.put(user_event(name))
    target.open.set()
    await courier.stop(5)
    assert names(target) == ["first", *numbered(BATCH + 1)]
    assert [len(batch) for batch in target.batches] == [1, BATCH, 1]
    assert target.closed


async def test_the_queue_is_bounded_by_events(caplog: pytest.LogCaptureFixture) -> None:
    """The newest are dropped, which is said once, and counted when it is over."""
    target = Remembering()
    courier = Courier(target, max_events=3)
    for name in numbered(6):
        courier.put(user_event(name))
    await courier.stop(5)
    assert names(target) == ["e0", "e1", "e2"]
    assert [record.message for record in caplog.records] == [
        "events for the listener 'memory' are being lost: it is slower than the events arrive",
        "the listener 'memory' missed 3 events",
    ]


async def test_the_queue_is_bounded_by_bytes() -> None:
    """A large message counts with its size, and leaves its place when it has gone."""
    target = Remembering()
    courier = Courier(target, max_bytes=10_100)
    courier.put(user_event("large", b"x" * 8000))
    courier.put(user_event("larger", b"x" * 8000))
    courier.put(system_event("connected"))
    await until(lambda: names(target) == ["large", "connected"])
    courier.put(user_event("later", b"x" * 8000))
    courier.put(user_event("never", b"x" * 10_100))
    await courier.stop(5)
    assert names(target) == ["large", "connected", "later"]


async def test_a_failure_costs_its_events_and_no_others(caplog: pytest.LogCaptureFixture) -> None:
    """Losses are logged when they begin, when the cause changes, and when they are over."""
    target = Remembering()
    target.failures = [Undelivered(1, "it is down"), Undelivered(1, "it is down")]
    target.failures += [OSError("odd"), OSError("odd")]
    courier = Courier(target)

    async def lose(name: str) -> None:
        left = len(target.failures) - 1
        courier.put(user_event(name))
        await until(lambda: len(target.failures) == left)

    for name in numbered(4):
        await lose(name)
    courier.put(user_event("e4"))
    await courier.stop(5)
    assert names(target) == ["e4"]
    lost = "events for the listener 'memory' are being lost: "
    assert [record.message for record in caplog.records] == [
        f"{lost}it is down",
        "the listener 'memory' failed",
        f"{lost}it raised OSError",
        "the listener 'memory' missed 4 events",
    ]


async def test_stopping_waits_no_longer_than_it_may(caplog: pytest.LogCaptureFixture) -> None:
    """What a stuck target has not taken by then is lost, and the target is closed all the same."""
    target = Remembering()
    target.open.clear()
    courier = Courier(target)
    courier.put(user_event("stuck"))
    await asyncio.sleep(0)
    courier.put(user_event("waiting"))
    async with asyncio.timeout(5):
        await courier.stop(0.01)
    assert target.events == []
    assert target.closed
    assert [record.message for record in caplog.records] == [
        "events for the listener 'memory' are being lost: the service stops",
        "the listener 'memory' missed 2 events",
    ]


async def test_a_target_that_cannot_be_closed_holds_nothing_up() -> None:
    """Its failure means nothing any more."""

    class Sticky(Remembering):
        async def close(self) -> None:
            raise OSError("stuck")

    await Courier(Sticky()).stop(5)


async def test_nothing_is_logged_when_all_is_well(caplog: pytest.LogCaptureFixture) -> None:
    """Not a line for an event that arrived."""
    with caplog.at_level(logging.DEBUG):
        courier = Courier(Remembering())
        courier.put(user_event())
        await courier.stop(5)
    assert [record for record in caplog.records if record.name.startswith("webpubsub")] == []


async def test_what_is_seen_of_a_listener() -> None:
    """How many events went out and how many did not, outside of any trace: a batch is of many."""
    point = ObservationPoint()
    seen: list[Sighting] = []
    point.attach(seen.append)
    target = Remembering()
    courier = Courier(target, point=point)
    with point.trace():
        courier.put(user_event("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    target.failures.append(Undelivered(1, "as asked"))
    courier.put(user_event("b"))
    await courier.stop(5)
    assert [sighting.item for sighting in seen] == [
        ListenerSent("'memory'", 1),
        ListenerSent("'memory'", 1, "as asked"),
    ]
    assert {sighting.span for sighting in seen} == {None}
