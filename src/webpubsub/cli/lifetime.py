"""How long a command that serves lives: until a signal says stop, and no longer.

The first SIGINT or SIGTERM asks it to finish what it has begun, the second ends the process.
"""

import asyncio
import atexit
import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from types import FrameType

LoopFactory = Callable[[], asyncio.AbstractEventLoop]


def run(serve: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run ``serve`` on a loop of its own; the event it is given is set when it should stop."""
    with asyncio.Runner(loop_factory=_fastest_loop()) as runner:
        runner.run(_until_signalled(serve))
    _leave_threads_behind()


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


def _fastest_loop() -> LoopFactory | None:
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    return uvloop.new_event_loop


def _leave_threads_behind() -> None:
    """End the process although a function is still at work in a thread.

    A thread cannot be stopped, and the interpreter would wait for it for ever. What the app has
    registered with ``atexit`` runs all the same.
    """
    others = (thread for thread in threading.enumerate() if thread is not threading.main_thread())
    if any(not thread.daemon for thread in others):
        atexit._run_exitfuncs()  # noqa: SLF001 - no other way runs them without waiting for threads
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
