"""A client that sends without end: there is always more of it than the server has handled.

It is a process of its own, on the core of the load, and yields it to everybody else: so it delays
others in the server alone. What it has sent and not seen come back is bounded, so that all of it is
handled soon after it has been suspended.
"""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import partial
from multiprocessing import get_context
from multiprocessing.connection import Connection

import psutil

from benchmarks.load.listening import listening
from benchmarks.load.websockets import Endpoint, connect

#: Messages that are not answered: many times what a server handles at a time.
_UNANSWERED = 4096
#: Such a share of them is sent at once, and answered together.
_PARTS = 64
_START_SECONDS = 20
#: Who is suspended is late through no fault of the server.
_FOR_EVER = 1e6

#: Floods, once it has told that it begins.
Flood = Callable[[Callable[[], object]], Coroutine[object, object, None]]


@contextmanager
def flooding(flood: Flood) -> Iterator[psutil.Process]:
    """Somebody who floods whenever its process is resumed; it is suspended at first, and ended when
    the block is left."""
    context = get_context("spawn")
    started, starts = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(flood, starts), daemon=True)
    process.start()
    try:
        if not started.poll(_START_SECONDS):
            raise RuntimeError("the flood has not begun")
        flooder = psutil.Process(process.pid)
        flooder.suspend()
        yield flooder
        if not process.is_alive():
            raise RuntimeError("the flood has run dry")
    finally:
        process.kill()
        process.join()


def of_echoes(endpoint: Endpoint, text: str, unanswered: int = _UNANSWERED) -> Flood:
    """Messages that come back to their sender."""
    return partial(_echoes, endpoint, text, unanswered)


def to_group(
    member: Endpoint,
    publisher: Endpoint,
    members: int,
    in_flight: int,
    *,
    acknowledged: bool = False,
) -> Flood:
    """Messages of 64 bytes to many members, ``in_flight`` at a time."""
    return partial(_to_group, member, publisher, members, in_flight, acknowledged)


def _run(flood: Flood, starts: Connection) -> None:
    asyncio.run(flood(partial(_begin, starts)))


def _begin(starts: Connection) -> None:
    """Not before: who is idle while it gets ready may never be on a busy machine."""
    if hasattr(os, "SCHED_IDLE"):
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
    starts.send(True)


async def _echoes(
    endpoint: Endpoint, text: str, unanswered: int, begin: Callable[[], object]
) -> None:
    [client] = await connect([endpoint], text=text)
    at_once = unanswered // _PARTS
    client.message *= at_once
    listener = listening(endpoint, shares_core=True)
    listener.add([client])
    listener.answer_after(at_once)
    for _ in range(_PARTS):
        client.send()
    begin()
    await listener.listen(_FOR_EVER)


async def _to_group(
    member: Endpoint,
    publisher: Endpoint,
    members: int,
    in_flight: int,
    acknowledged: bool,
    begin: Callable[[], object],
) -> None:
    receivers = await connect([member] * members)
    [sender] = await connect([publisher], text="x" * 64)
    sender.message *= in_flight
    listener = listening(member, shares_core=True)
    listener.add([*receivers, sender])
    if acknowledged:
        listener.acknowledge()
    begin()
    while True:
        listener.expect(members * in_flight)
        sender.send()
        await listener.done(_FOR_EVER)
