"""How many may ask webhooks at the same time. Specification: upstream-events section 13."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.service.webhooks.places import Closed, Places
from webpubsub.service.webhooks.targets import Origin

LIMIT = 8
ORIGINS = [Origin("127.0.0.1", port, is_secure=False) for port in (1, 2, 3)]
A, B, C = ORIGINS


class Crowd:
    """Those who want places; ``served`` are those who have had one, in that order."""

    def __init__(self, limit: int = LIMIT) -> None:
        self.places = Places(limit)
        self.served: list[tuple[Origin, int]] = []
        self.inside: list[Origin] = []
        self.waiting: dict[tuple[Origin, int], asyncio.Task[None]] = {}
        self._come = 0

    async def come(self, *origins: Origin) -> None:
        """One for each, one after another."""
        for origin in origins:
            self._come += 1
            who = (origin, self._come)
            self.waiting[who] = asyncio.ensure_future(self._take(who))
        await self.settle()

    async def leave(self, origin: Origin) -> None:
        """One who has been served."""
        self.inside.remove(origin)
        self.places.give_back(origin)
        await self.settle()

    async def settle(self) -> None:
        for _ in range(4):
            await asyncio.sleep(0)

    async def _take(self, who: tuple[Origin, int]) -> None:
        try:
            if not self.places.take(who[0]):
                await self.places.wait(who[0])
        finally:
            del self.waiting[who]
        self.served.append(who)
        self.inside.append(who[0])


@pytest.mark.parametrize(
    ("come", "inside"),
    [
        ([A] * 3, {A: 3}),
        ([A] * 20, {A: 4}),
        ([A] * 20 + [B] * 20, {A: 4, B: 2}),
        ([A] * 20 + [B] * 20 + [C] * 20, {A: 4, B: 2, C: 1}),
        ([A, B] * 20, {A: 3, B: 3}),
        ([A, B, C] * 20, {A: 2, B: 2, C: 2}),
    ],
)
async def test_as_many_as_are_left(come: Sequence[Origin], inside: dict[Origin, int]) -> None:
    """Half for one server, a third for each of two, a quarter for each of three; who comes later
    has what is left of that until others go."""
    crowd = Crowd()
    await crowd.come(*come)
    assert Counter(crowd.inside) == inside


async def test_those_who_wait_for_one_server_are_served_in_their_order() -> None:
    """Nobody overtakes them."""
    crowd = Crowd()
    await crowd.come(*[A] * 10)
    for _ in range(3):
        await crowd.leave(A)
        await crowd.come(A)
    assert crowd.served == [(A, number) for number in range(1, 8)]


async def test_servers_take_turns() -> None:
    """However many wait for one of them."""
    crowd = Crowd(limit=1)
    await crowd.come(A, A, A, A, A, B, B, C)
    for origin in (A, A, B, C, A, B, A):
        await crowd.leave(origin)
    assert [origin for origin, _ in crowd.served] == [A, A, B, C, A, B, A, A]


async def test_who_gives_up_is_not_waited_for() -> None:
    """Also when the turn has just come."""
    crowd = Crowd(limit=2)
    await crowd.come(A, A, A, A)
    (_, first), (_, second), (_, third) = crowd.waiting.items()
    first.cancel()
    crowd.inside.remove(A)
    crowd.places.give_back(A)
    second.cancel()
    await crowd.settle()
    assert third.done()
    assert crowd.served == [(A, 1), (A, 4)]


async def test_there_are_none_any_more() -> None:
    """Neither for those who wait nor for those who come; what is left can be given back."""
    crowd = Crowd(limit=1)
    await crowd.come(A, A, B)
    waiting = list(crowd.waiting.values())
    crowd.places.close()
    await crowd.leave(A)
    assert [type(one.exception()) for one in waiting] == [Closed, Closed]
    with pytest.raises(Closed):
        crowd.places.take(A)


async def test_who_gives_up_just_when_there_are_none_any_more() -> None:
    """Has none to give back."""
    crowd = Crowd(limit=1)
    await crowd.come(A, A, B)
    waiting = list(crowd.waiting.values())
    crowd.places.close()
    for one in waiting:
        one.cancel()
    await crowd.settle()
    assert [one.cancelled() for one in waiting] == [True, True]
    assert crowd.places.why_none(A) == "1 of 1 places taken, 1 of them by this server"


async def test_why_somebody_waits() -> None:
    """How many places there are, and whose they are."""
    crowd = Crowd()
    await crowd.come(A, A, B)
    assert crowd.places.why_none(A) == "3 of 8 places taken, 2 of them by this server"
    assert crowd.places.why_none(C) == "3 of 8 places taken, 0 of them by this server"


#: Somebody comes for a server, one who is inside goes (and something else happens at once), or one
#: who waits gives up; the number says which.
HAPPENINGS = st.lists(st.tuples(st.sampled_from("ccgGl"), st.integers(0, 10)), max_size=60)


@given(st.integers(1, 9), HAPPENINGS)
def test_whatever_happens(limit: int, happenings: list[tuple[str, int]]) -> None:
    """There are never too many, nobody waits who need not, and nobody is forgotten."""

    async def play() -> None:
        crowd = Crowd(limit)
        for what, number in happenings:
            await _happen(crowd, what, number)
            if what == "G":
                continue
            await crowd.settle()
            inside = Counter(crowd.inside)
            free = limit - len(crowd.inside)
            assert free >= 0
            assert all(inside[origin] >= free for origin, _ in crowd.waiting)
            for origin in ORIGINS:
                numbers = [number for one, number in crowd.served if one == origin]
                assert numbers == sorted(numbers)
        await crowd.settle()
        while crowd.inside:
            await crowd.leave(crowd.inside[0])
        assert not crowd.waiting

    asyncio.run(play())


async def _happen(crowd: Crowd, what: str, number: int) -> None:
    if what == "c":
        await crowd.come(ORIGINS[number % 3])
    elif what in "gG" and crowd.inside:
        origin = crowd.inside[number % len(crowd.inside)]
        crowd.inside.remove(origin)
        crowd.places.give_back(origin)
    elif what == "l" and crowd.waiting:
        list(crowd.waiting.values())[number % len(crowd.waiting)].cancel()
