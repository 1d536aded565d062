"""The clock of this machine."""

from datetime import UTC, timedelta

from webpubsub.host.extensions.timer.clock import SystemClock


async def test_time_passes_while_it_sleeps() -> None:
    """The time is in UTC and goes on by about as much as was asked for."""
    clock = SystemClock()
    before = clock.now()
    await clock.sleep(0.01)
    assert before.tzinfo is UTC
    assert timedelta(milliseconds=5) < clock.now() - before < timedelta(seconds=30)
