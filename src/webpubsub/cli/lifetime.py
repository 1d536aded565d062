"""How long a command that serves lives: until a signal says stop, and no longer.

The first SIGINT or SIGTERM asks it to finish what it has begun, the second ends the process.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import NoReturn

import typer

from webpubsub.cli.console import fail, tell_problem


def run(serve: Callable[[asyncio.Event], Awaitable[int | None]]) -> int:
    """Run ``serve`` on a loop of its own; the event it is given is set when it should stop.

    What it answers is the exit code; None is 0.
    """
    from webpubsub.cli.memory import keep_freed_memory
    from webpubsub.host.workers import leaving, loops

    keep_freed_memory()
    with asyncio.Runner(loop_factory=loops.fastest_loop()) as runner:
        code = runner.run(_until_signalled(serve)) or 0
    leaving.leave_threads_behind(code)
    return code


def exit_after(
    serve: Callable[[asyncio.Event], Awaitable[int | None]], *known: type[Exception]
) -> NoReturn:
    """Run ``serve`` and end the command with its exit code: with 1, and what is wrong, when the app
    cannot run or a problem comes up that is ``known``."""
    from webpubsub.host.errors import HostError

    try:
        code = run(serve)
    except HostError as problem:
        tell_problem(problem)
        raise typer.Exit(1) from None
    except known as problem:
        fail(str(problem))
    raise typer.Exit(code)


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
