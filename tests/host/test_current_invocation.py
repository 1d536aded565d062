"""Which invocation running code belongs to.

Specification: functions-python sections 8.2 and 8.3.
"""

import asyncio
from collections.abc import Callable
from threading import Thread

import pytest

from webpubsub.host.current_invocation import (
    THREAD_LOCAL,
    CurrentInvocation,
    current_invocation,
    invocation_here,
    let_threads_name_it,
)


async def test_tasks_inherit_it_and_do_not_give_it_back() -> None:
    """A task that a function starts belongs to its invocation; what runs beside it does not."""

    async def invoke(identifier: str) -> tuple[str, str]:
        current_invocation.set(CurrentInvocation(identifier, "fn"))
        await asyncio.sleep(0)
        current = current_invocation.get()
        assert current is not None
        inner = await asyncio.create_task(look())
        return current.id, inner

    async def look() -> str:
        current = current_invocation.get()
        return "" if current is None else current.id

    assert current_invocation.get() is None
    results = await asyncio.gather(
        asyncio.create_task(invoke("1")), asyncio.create_task(invoke("2"))
    )
    assert list(results) == [("1", "1"), ("2", "2")]
    assert current_invocation.get() is None


def in_thread(look: Callable[[], None]) -> None:
    thread = Thread(target=look)
    thread.start()
    thread.join()


@pytest.mark.parametrize(
    ("named", "found"), [("1", "fn"), ("2", None), (5, None), ([], None), (None, None)]
)
def test_a_thread_names_an_invocation_that_runs(named: object, found: str | None) -> None:
    """Until that has ended, and not by what is no id."""
    seen: list[str | None] = []

    def look() -> None:
        THREAD_LOCAL.invocation_id = named
        here = invocation_here()
        seen.append(None if here is None else here.function_name)

    token = current_invocation.set(CurrentInvocation("1", "fn"))
    let_threads_name_it()
    in_thread(look)
    assert invocation_here() is current_invocation.get()
    current_invocation.reset(token)
    del token
    in_thread(look)
    assert seen == [found, None]
    let_threads_name_it()  # of nothing
    assert invocation_here() is None
