"""When a world has come to rest."""

import asyncio
import time
from itertools import count

import pytest

from webpubsub.testing.settling import MOMENT, Settling


class Activity:
    """What is going on is what the test says."""

    def __init__(self, running: int = 0) -> None:
        self.running = running
        self.is_asked = False
        self.idle = asyncio.Event()
        #: How many seconds it has been waited for.
        self.waited = 0.0

    async def until_none_runs(self, seconds: float) -> None:
        self.waited += seconds
        try:
            await asyncio.wait_for(self.idle.wait(), seconds)
        except TimeoutError:
            return

    def end(self) -> None:
        self.running = 0
        self.idle.set()


def _nothing() -> int:
    return 0


@pytest.mark.parametrize("sockets", [False, True])
async def test_where_nothing_happens_there_is_peace(sockets: bool) -> None:
    """After a few looks, between which something could begin."""
    looks = count()

    def look() -> int:
        next(looks)
        return 0

    await Settling(Activity(), look, sockets=sockets).settle()
    assert 5 < next(looks) < 20


async def test_what_runs_is_waited_for() -> None:
    """And what it sets going."""
    activity = Activity(running=1)
    asyncio.get_running_loop().call_later(0.02, activity.end)
    await Settling(activity, _nothing, sockets=False).settle()
    assert not activity.running


async def test_an_event_on_its_way_is_waited_for() -> None:
    """Also when no function runs."""
    activity = Activity()
    activity.is_asked = True

    def answer() -> None:
        activity.is_asked = False

    asyncio.get_running_loop().call_later(0.02, answer)
    await Settling(activity, _nothing, sockets=False).settle()
    assert not activity.is_asked


async def test_what_takes_longer_is_given_up_once() -> None:
    """The next time it is not waited for; something new is."""
    activity = Activity(running=1)
    settling = Settling(activity, _nothing, sockets=False)
    await settling.settle()
    assert activity.waited == pytest.approx(MOMENT, rel=0.2)
    activity.waited = 0
    await settling.settle()
    assert not activity.waited
    await settling.settle(within=0.1)
    assert activity.waited == pytest.approx(0.1, rel=0.6), "unless the test says how long"
    activity.running = 2

    def one_ends() -> None:
        activity.running = 1

    asyncio.get_running_loop().call_later(0.02, one_ends)
    await settling.settle()
    assert activity.running == 1


async def test_a_glance_waits_only_if_something_has_begun() -> None:
    """Which is how a clock goes from one thing to the next."""
    activity = Activity()
    settling = Settling(activity, _nothing, sockets=False)
    await settling.settle_briefly()
    activity.running = 1
    asyncio.get_running_loop().call_later(0.02, activity.end)
    await settling.settle_briefly()
    assert not activity.running


@pytest.mark.parametrize("sockets", [False, True])
async def test_what_still_passes_is_waited_for(sockets: bool) -> None:
    """Although nobody is said to be busy; once it comes to an end."""
    passed = iter([0, *(number // 4 for number in range(80)), *[20] * 1000])
    await Settling(Activity(), lambda: next(passed), sockets=sockets).settle()
    assert next(passed) == 20


async def test_what_never_ends_is_not_waited_for() -> None:
    """Although something passes all the time."""
    passed = iter(range(1_000_000))
    await Settling(Activity(), lambda: next(passed), sockets=False).settle(within=0.05)


async def test_time_in_which_others_run_does_not_count() -> None:
    """A busy machine holds this process up, and what it waits for as well."""

    class HeldUp(Activity):
        async def until_none_runs(self, seconds: float) -> None:
            self.waited += seconds
            time.sleep(2 * seconds)  # noqa: ASYNC251 - nobody else runs here
            if self.waited > 0.09:
                self.end()

    activity = HeldUp(running=1)
    await Settling(activity, _nothing, sockets=False).settle(within=0.1)
    assert not activity.running
