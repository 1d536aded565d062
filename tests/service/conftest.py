"""The tests that talk to a running service are made with both event loops it runs on."""

import asyncio
from collections.abc import Callable, Mapping

import pytest

try:
    from uvloop import new_event_loop as new_uvloop
except ImportError:  # not there on Windows
    new_uvloop = None  # type: ignore[assignment]

ON_THE_WIRE = ("test_front_door.py", "test_reception.py", "test_service.py")


@pytest.hookimpl(optionalhook=True)
def pytest_asyncio_loop_factories(
    item: pytest.Item,
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The event loops of one test."""
    if new_uvloop is not None and item.path.name in ON_THE_WIRE:
        return {"asyncio": asyncio.new_event_loop, "uvloop": new_uvloop}
    return {"asyncio": asyncio.new_event_loop}
