"""Generations of an app take turns at a timer. Specification: functions-python section 8.7."""

import asyncio

from webpubsub.host.extensions.timer.turns import Turns


async def test_one_generation_at_a_time() -> None:
    """Letter case does not make another timer; other timers do not wait."""
    turns = Turns()
    async with turns.of("tick"):
        waiting = asyncio.ensure_future(turns.of("TICK").acquire())
        async with asyncio.timeout(1), turns.of("other"):
            assert not waiting.done()
    assert await waiting
