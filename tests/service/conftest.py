"""The tests that talk to a running service are made with both event loops it runs on."""

import asyncio
import contextlib
from collections.abc import Callable, Mapping

import pytest

LoopFactory = Callable[[], asyncio.AbstractEventLoop]
LOOPS: dict[str, LoopFactory] = {"asyncio": asyncio.new_event_loop}
with contextlib.suppress(ImportError):  # not there on Windows
    import uvloop

    LOOPS["uvloop"] = uvloop.new_event_loop

ON_THE_WIRE = (
    "test_front_door.py",
    "test_kept_alive.py",
    "test_reception.py",
    "test_recovery.py",
    "test_service.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(item: pytest.Item) -> Mapping[str, LoopFactory]:
    """The event loops of one test."""
    if item.path.name in ON_THE_WIRE:
        return LOOPS
    return {"asyncio": asyncio.new_event_loop}
