"""How long a command that serves lives: until a signal says stop, and no longer.

The first SIGINT or SIGTERM asks it to finish what it has begun, the second ends the process.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from types import FrameType


def run(serve: Callable[[asyncio.Event], Awaitable[int | None]]) -> int:
    """Run ``serve`` on a loop of its own; the event it is given is set when it should stop.

    What it answers is the exit code; None is 0.
    """
    from webpubsub.host.workers import leaving, loops

    with asyncio.Runner(loop_factory=loops.fastest_loop()) as runner:
        code = runner.run(_until_signalled(serve)) or 0
    leaving.leave_threads_behind(code)
    return code


async def _until_signalled(
    serve: Callable[[asyncio.Event], Awaitable[int | None]],
) -> int | None:
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
    return await serve(stop)
