"""One client does round trips, and another sends without end: how much later the slowest answers
of the first come then."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from typing import ClassVar, NamedTuple

import psutil

from benchmarks.contestants.contestant import OURS, SocketContestant
from benchmarks.contestants.functions import echo_function
from benchmarks.contestants.node import node_ws
from benchmarks.contestants.ours import RELIABLE_JSON, client, ours, simple_client
from benchmarks.load.flood import flooding, of_echoes, to_group
from benchmarks.load.meter import Figure
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import Server, running
from benchmarks.workloads.echo import TEXT
from benchmarks.workloads.lone import Lone, lone_client, lone_member, lone_publisher

GROUPS = "by a group"
CROWD = "by a group, messages to many"
HUNDRED = "to 100, messages to many"
MANY = "to as many, messages to many"
RELIABLE = "to 100 reliable, messages to many reliable"
SAME = "to many, messages to the same"
LARGE = "by a group, messages of 64 KiB"
EVENTS = "by a typed function"
SHORT = "by a typed function, messages of a byte"
_WAYS = (GROUPS, CROWD, HUNDRED, MANY, RELIABLE, SAME, LARGE, EVENTS, SHORT)
_HUNDRED = 100
_LARGE = 1 << 16
_LATEST = 2.0
_IN_FLIGHT = 16
_SLOWEST = 0.99
_WARM_UP = 0.4
#: A server that has hardly been at work for so long has handled all of the flood.
_QUIET = 0.05
_AT_WORK = 0.5
_PATIENCE = 20.0


class _Contest(NamedTuple):
    """Somebody whose messages are measured, and somebody else who floods."""

    one: AbstractAsyncContextManager[Lone]
    flooder: psutil.Process


class Fairness(Workload[SocketContestant], frozen=True):
    """Of groups, and of events."""

    name: ClassVar[str] = "fairness"
    warms_up: ClassVar[bool] = False
    title: ClassVar[str] = "A round trip while another client floods, 99th percentile"
    notes: ClassVar[str] = (
        "The flood lasts as long as a slice, and all of it has been handled before anything else "
        "is measured. It is of the same kind as the round trips, messages to a group that has one "
        "member, or events: 4,096 are unanswered at any time, no more, because the queue that Node "
        "ws makes of an endless flood takes a minute to be handled, in which nothing is measured; "
        "those of a byte are the smallest that are answered, and 256 are those of 64 KiB. Or it is "
        "messages to the 1,000 members of another group, 16 in flight. Where a message is for "
        "many, it is measured until all of them have it, or, where the flood goes to the same "
        "1,000, until one of them has. The other peers are left out."
    )

    members: int = 1000

    @property
    def rows(self) -> Sequence[Row]:
        """Without and with, and one by the other."""
        return [row for way in _WAYS for row in _rows(way)]

    @property
    def contestants(self) -> Sequence[SocketContestant]:
        """Who takes part."""
        return (ours, node_ws)

    @asynccontextmanager
    async def ready(self, contestant: SocketContestant) -> AsyncIterator[Mapping[str, Slice]]:
        """All ways, of ours."""
        async with AsyncExitStack() as stack:
            server = stack.enter_context(running(contestant.name, contestant.command))
            slices = dict[str, Slice]()
            for way, contest in self._contests(stack, contestant, server.port).items():
                slices |= await _slices(stack, server, way, contest)
            if contestant is ours:
                app = stack.enter_context(running(OURS, echo_function.command))
                for way, contest in _events(stack, app.port).items():
                    slices |= await _slices(stack, app, way, contest)
            yield slices

    def _contests(
        self, stack: AsyncExitStack, contestant: SocketContestant, port: int
    ) -> Mapping[str, _Contest]:
        member, publisher = partial(contestant.member, port), partial(contestant.publisher, port)
        echo = partial(contestant.echo, port)
        own = stack.enter_context(flooding(of_echoes(member("flood"), TEXT)))
        crowd = to_group(member("crowd"), publisher("crowd"), self.members, _IN_FLIGHT)
        many = stack.enter_context(flooding(crowd))
        contests = {
            GROUPS: _Contest(lone_client(echo(0)), own),
            CROWD: _Contest(lone_client(echo(1)), many),
            HUNDRED: _Contest(
                lone_publisher(member("hundred"), publisher("hundred"), _HUNDRED), many
            ),
        }
        if contestant is not ours:
            return contests
        return contests | {
            MANY: _Contest(lone_publisher(member("many"), publisher("many"), self.members), many),
            RELIABLE: self._reliable(stack, port),
            SAME: _Contest(lone_member(member("crowd")), many),
            LARGE: _Contest(
                lone_client(echo(2)),
                stack.enter_context(flooding(of_echoes(member("large"), "x" * _LARGE, 256))),
            ),
        }

    def _reliable(self, stack: AsyncExitStack, port: int) -> _Contest:
        publisher = partial(client, port, subprotocol=RELIABLE_JSON)
        member = partial(publisher, joins=True)
        crowd = to_group(
            *(member("reliable crowd"), publisher("reliable crowd"), self.members, _IN_FLIGHT),
            acknowledged=True,
        )
        one = lone_publisher(member("own"), publisher("own"), _HUNDRED, acknowledged=True)
        return _Contest(one, stack.enter_context(flooding(crowd)))


def _events(stack: AsyncExitStack, port: int) -> Mapping[str, _Contest]:
    one = simple_client(port)
    return {
        way: _Contest(lone_client(one), stack.enter_context(flooding(of_echoes(one, text))))
        for way, text in ((EVENTS, TEXT), (SHORT, "x"))
    }


def _labels(way: str) -> tuple[str, str]:
    return f"{way}, alone", f"{way}, beside the flood"


def _rows(way: str) -> Sequence[Row]:
    alone, beside = _labels(way)
    times = f"{way}, beside the flood / alone"
    return (
        Row(alone, "µs", higher_is_better=False),
        Row(beside, "µs", higher_is_better=False),
        Row(
            times,
            "times",
            higher_is_better=False,
            target=f"{_LATEST:g} times",
            reached=lambda medians: medians.at_most(times, _LATEST),
            digits=1,
            quotient=(beside, alone),
        ),
    )


async def _slices(
    stack: AsyncExitStack, server: Server, way: str, contest: _Contest
) -> Mapping[str, Slice]:
    one = await stack.enter_async_context(contest.one)
    await _quiet(server)
    await one.round_trip(_SLOWEST, _WARM_UP)
    slices = (
        partial(one.round_trip, _SLOWEST),
        partial(_beside_flood, one, contest.flooder, server),
    )
    return dict(zip(_labels(way), slices, strict=True))


async def _beside_flood(
    one: Lone, flooder: psutil.Process, server: Server, seconds: float
) -> Figure:
    flooder.resume()
    try:
        return await one.round_trip(_SLOWEST, seconds)
    finally:
        flooder.suspend()
        await _quiet(server)


async def _quiet(server: Server) -> None:
    """Until a server has nothing more to do. Raises RuntimeError when it does not come to rest."""
    until = time.monotonic() + _PATIENCE
    spent = -1.0
    while server.cpu_seconds - spent > _QUIET * _AT_WORK:
        if time.monotonic() > until:
            raise RuntimeError("the server is busy though nobody sends anything")
        spent = server.cpu_seconds
        await asyncio.sleep(_QUIET)
