"""The event loop of tests that no other plugin runs."""

import asyncio
from contextvars import ContextVar

import pytest

from webpubsub.testing.loops import Loops, without_loop

_colour: ContextVar[str] = ContextVar("colour", default="none")


async def paint(colour: str) -> asyncio.AbstractEventLoop:
    _colour.set(colour)
    return asyncio.get_running_loop()


async def look() -> str:
    return _colour.get()


def test_one_loop_and_one_context_for_all() -> None:
    """Until it is given back; then everything in it has ended."""
    loops = Loops()
    first = loops.run(paint("blue"))
    assert loops.borrow() is first
    assert loops.run(look()) == "blue"
    task = first.create_task(asyncio.Event().wait())
    loops.give_back()
    assert first.is_closed()
    assert task.cancelled()
    loops.give_back()
    with pytest.raises(RuntimeError):
        first.run_forever()
    assert loops.run(look()) == "none"
    loops.give_back()


def test_a_traceback_without_the_loop() -> None:
    """Begins with what ran in it; what never was in a loop is left as it is."""

    async def boom() -> None:
        raise ValueError

    loops = Loops()
    with pytest.raises(ValueError) as raised:
        loops.run(boom())
    loops.give_back()
    trace = without_loop(raised.tb)
    assert trace is not None
    assert trace.tb_frame.f_code.co_name == "boom"
    assert without_loop(trace) is trace
    assert without_loop(None) is None
