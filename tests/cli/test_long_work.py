"""Work that takes its time."""

import asyncio

import pytest

from webpubsub.cli.long_work import done_unless


async def test_it_is_done_and_tells_how_far_it_is() -> None:
    """As often as that takes."""
    told: list[int] = []
    finish = asyncio.Event()

    def tell() -> None:
        told.append(len(told))
        if len(told) == 3:
            finish.set()

    async def work() -> None:
        await finish.wait()

    assert await done_unless(asyncio.Event(), work(), tell, patience=0.01)
    assert told == [0, 1, 2]


async def test_it_is_interrupted() -> None:
    """And may clean up then."""
    stop, ended = asyncio.Event(), []

    async def work() -> None:
        try:
            stop.set()
            await asyncio.sleep(30)
        finally:
            await asyncio.sleep(0)
            ended.append("cleaned up")

    assert not await done_unless(stop, work(), lambda: None)
    assert ended == ["cleaned up"]


async def test_its_failure_is_the_callers() -> None:
    """Nothing is swallowed."""

    async def work() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await done_unless(asyncio.Event(), work(), lambda: None)
