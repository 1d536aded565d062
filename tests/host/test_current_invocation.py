"""Which invocation running code belongs to."""

import asyncio

from webpubsub.host.current_invocation import CurrentInvocation, current_invocation


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
