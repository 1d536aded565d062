"""Which event loop functions run on."""

import asyncio
import os
from collections.abc import Callable


def fastest_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes a loop of uvloop where that is installed; None is the loop of Python."""
    try:
        import uvloop
    except ModuleNotFoundError:
        return None
    # What libuv wants to be told of goes to the kernel by a ring otherwise, which costs more than a
    # system call for each connection that comes or goes.
    os.environ.setdefault("UV_USE_IO_URING", "0")
    return uvloop.new_event_loop
