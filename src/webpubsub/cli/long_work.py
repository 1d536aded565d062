"""Work that takes its time: it can be interrupted, and says how far it is."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, Final

#: After so many seconds, and again and again, it is said how far the work is.
_PATIENCE: Final = 10.0


async def done_unless(
    stop: asyncio.Event,
    work: Awaitable[None],
    tell: Callable[[], None] = lambda: None,
    *,
    patience: float = _PATIENCE,
) -> bool:
    """Whether the work was done before it was told to stop; ``tell`` is called after ``patience``
    seconds of it, and again and again. Raises what the work raises."""
    running = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    try:
        while not await _any_ended(running, stopping, seconds=patience):
            tell()
    finally:
        stopping.cancel()
        running.cancel()
    if running.done():
        await running
        return True
    await asyncio.wait((running,))
    return False


async def _any_ended(*tasks: "asyncio.Future[Any]", seconds: float) -> bool:
    done, _ = await asyncio.wait(tasks, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    return bool(done)
