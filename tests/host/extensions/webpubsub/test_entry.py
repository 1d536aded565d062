"""Where events enter. Specification: functions-python section 8.7."""

from tests.host.extensions.webpubsub.bindings import connect_event
from webpubsub.host.extensions.webpubsub.entry import NOT_RUNNING, EventEntry
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.outcomes import EventOutcome, Unhandled


async def test_events_go_to_the_generation_that_serves() -> None:
    """And to none before the first."""

    async def old(_event: AnyEventRequest) -> EventOutcome:
        return Unhandled()

    async def new(_event: AnyEventRequest) -> EventOutcome:
        return NOT_RUNNING

    entry = EventEntry()
    assert await entry.handle(connect_event()) == NOT_RUNNING
    assert entry.wants("chat", "connected"), "to be refused"
    entry.handle = old
    entry.wants = lambda hub, event: (hub, event) == ("chat", "connected")
    assert entry.wants("chat", "connected")
    assert not entry.wants("chat", "connect")
    under_way = entry.handle(connect_event())
    entry.handle = new
    assert await under_way == Unhandled()
    assert await entry.handle(connect_event()) == NOT_RUNNING
