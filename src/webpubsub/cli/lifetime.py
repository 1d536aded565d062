"""How long a command that serves lives: until a signal says stop, and no longer.

The first SIGINT or SIGTERM asks it to finish what it has begun, the second ends the process.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from types import FrameType


def run(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run ``serve`` on a loop of its own; the event it is given is set when it should stop."""
    from webpubsub.host import leaving, loops

    with asyncio.Runner(loop_factory=loops.fastest_loop()) as runner:
        runner.run(_until_signalled(serve))
    leaving.leave_threads_behind()


async def _until_signalled(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    asked = False

    def on_signal(number: int, _frame: FrameType | None) -> None:
        nonlocal asked
        if asked:
            os._exit(128 + number)
        asked = True
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, on_signal)
    await serve(stop)
