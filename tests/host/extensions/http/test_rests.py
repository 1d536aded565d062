"""Who waits for the rest of a request, and how long.

Specification: functions-python section 5.2.
"""

import asyncio
from collections.abc import Iterator
from unittest.mock import patch

import pytest

from tests.service.wire import until
from webpubsub.host.extensions.http import rests
from webpubsub.host.extensions.http.rests import Rests


class Waiter:
    """Notes in ``late`` that it has waited for too long."""

    def __init__(self, late: list["Waiter"]) -> None:
        self._late = late

    def give_up(self) -> None:
        self._late.append(self)


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    with patch.object(rests, "_REST_SECONDS", 0.02):
        yield


async def test_everybody_waits_as_long() -> None:
    """From when they have begun, whatever has come since."""
    late: list[Waiter] = []
    waiting, everybody = Rests(), [Waiter(late) for _ in range(3)]
    for who in everybody:
        waiting.wait(who)
        await asyncio.sleep(0.001)
    waiting.wait(everybody[0])
    await until(lambda: len(late) == 3)
    assert late == everybody


async def test_whoever_waits_no_more_is_not_late() -> None:
    """And may wait again, like anybody who comes later."""
    late: list[Waiter] = []
    waiting, first, second, third = Rests(), Waiter(late), Waiter(late), Waiter(late)
    for who in (first, second):
        waiting.wait(who)
    waiting.end(first)
    waiting.end(third)
    waiting.wait(first)
    await until(lambda: len(late) == 2)
    assert late == [second, first]
    waiting.wait(third)
    await until(lambda: len(late) == 3)
    waiting.end(third)


async def test_whoever_is_late_may_end_the_waiting_of_others() -> None:
    """They are not late then."""
    late: list[Waiter] = []
    waiting, other, last = Rests(), Waiter(late), Waiter(late)

    class Ender(Waiter):
        def give_up(self) -> None:
            super().give_up()
            waiting.end(other)

    first = Ender(late)
    for who in (first, other, last):
        waiting.wait(who)
    await until(lambda: last in late)
    assert late == [first, last]
