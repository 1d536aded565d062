"""What comes after the answers."""

import asyncio

from webpubsub.host.logs.afterwards import Afterwards


async def test_it_comes_after_what_is_sent() -> None:
    """What is sent in a turn, such as by what asked for it, is written in the next one."""
    done: list[str] = []
    loop = asyncio.get_running_loop()
    afterwards = Afterwards(lambda: done.append("afterwards"))
    afterwards.soon()
    loop.call_soon(done.append, "written")
    for _ in range(3):
        await asyncio.sleep(0)
    assert done == ["written", "afterwards"]


async def test_it_is_done_once_for_all_of_a_turn() -> None:
    """And again in a later one."""
    done: list[int] = []
    loop = asyncio.get_running_loop()
    afterwards = Afterwards(lambda: done.append(1))
    for turns in (1, 2):
        for _ in range(3):
            afterwards.soon()
            afterwards.on(loop)
        for _ in range(3):
            await asyncio.sleep(0)
        assert done == [1] * turns


def test_another_loop_does_it_when_one_has_stopped() -> None:
    """Before it was done."""
    done: list[int] = []
    afterwards = Afterwards(lambda: done.append(1))
    stopped = asyncio.new_event_loop()
    afterwards.on(stopped)
    stopped.close()

    async def ask() -> None:
        afterwards.soon()
        for _ in range(3):
            await asyncio.sleep(0)

    for times in (1, 2):
        asyncio.run(ask())
        assert done == [1] * times
