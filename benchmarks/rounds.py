"""Rounds of alternating slices: who is measured next to another meets the same machine.

How fast a machine is that others use as well changes within seconds. So in a round all contestants
are made ready first, and then measured in turn, for a fraction of a second each, again and again.
Of two servers that are the same, the one whose clients connected first seems 3 % slower in fan-out,
because they then cost the load less, which sleeps more and has to be woken: so every second round
begins with the last.
"""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from statistics import fmean, median
from typing import Any

import msgspec

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.load.meter import Figure
from benchmarks.load.warm_up import warm_up
from benchmarks.runs import Results, Row, Slice, Workload
from benchmarks.servers import RUNNING, Server

#: Is told what happens just now.
Tell = Callable[[str], object]

#: Slice -> figure.
Figures = dict[int, Figure]

#: As a share of a slice: a server that gets faster does so by and by.
_WARM_UP = 0.5

#: Who takes so many times as long as it is measured is measured less often.
_LATE = 2.0


class Turn(msgspec.Struct, frozen=True):
    """What is measured next."""

    workload: Workload[Any]
    round: int


def turns(workloads: Sequence[Workload[Any]], rounds: int) -> Iterator[Turn]:
    """All turns: workload by workload, round by round."""
    for workload in workloads:
        for number in range(rounds):
            yield Turn(workload, number + 1)


def attend(results: Results, workloads: Sequence[Workload[Any]]) -> None:
    """Note who can take part, and who lacks what."""
    for contestant in {one.name: one for work in workloads for one in work.contestants}.values():
        if missing := contestant.missing():
            results.missing[contestant.name] = missing
        else:
            results.versions[contestant.name] = contestant.version()


async def take(
    turn: Turn, results: Results, seconds: float, tell: Tell = str, only: Sequence[str] = ()
) -> None:
    """A round of one workload, for all or ``only`` some contestants, so many ``seconds`` for each
    figure. Who fails once is not asked again for this work."""
    workload = turn.workload
    failures = results.failures.setdefault(workload.name, {})
    absent = {*results.missing, *failures}
    able = [one for one in workload.contestants if one.name not in absent]
    able = [one for one in able if not only or one.name in only]
    if turn.round % 2 == 0:
        able.reverse()
    slices = Slices(workload, seconds / workload.slices, failures, tell)
    for first in range(0, len(able), workload.company):
        await slices.by(able[first : first + workload.company])
    rows = results.figures.setdefault(workload.name, {})
    for (label, name), figures in slices.taken.items():
        if name not in failures:
            ours = slices.taken.get((label, OURS), {}) if name != OURS else {}
            figure = _of_round(figures, ours)
            rows.setdefault(label, {}).setdefault(name, []).append(figure)


class Slices:
    """What was measured in one round: row and contestant -> figures."""

    def __init__(
        self,
        workload: Workload[Any],
        seconds: float,
        failures: MutableMapping[str, str],
        tell: Tell,
    ) -> None:
        self.taken: dict[tuple[str, str], Figures] = defaultdict(dict)
        self._spent: dict[tuple[str, str], float] = defaultdict(float)
        self._suspended: dict[str, Sequence[Server]] = {}
        self._most = seconds * workload.slices * _LATE
        self._workload = workload
        self._seconds = seconds
        self._failures = failures
        self._tell = tell

    async def by(self, contestants: Sequence[Contestant]) -> None:
        """Measure these, in turn and next to each other."""
        ready: dict[str, Mapping[str, Slice]] = {}
        async with AsyncExitStack() as stack:
            for one in contestants:
                self._tell(f"{one.name} gets ready")
                stack.enter_context(self._blamed(one.name))
                with self._blamed(one.name):
                    others = len(RUNNING)
                    work = await stack.enter_async_context(self._workload.ready(one))
                    await self._warm_up(work)
                    ready[one.name] = work
                    if one.polls:
                        stack.enter_context(self._suspending(one.name, RUNNING[others:]))
            for number in range(self._workload.slices):
                self._tell(f"slice {number + 1} of {self._workload.slices}")
                await self._everybody(number, ready)

    async def _warm_up(self, work: Mapping[str, Slice]) -> None:
        if self._workload.warms_up:
            row = next(row for row in self._workload.rows if row.label in work)
            await warm_up(work[row.label], self._seconds * _WARM_UP, row.higher_is_better)

    async def _everybody(self, number: int, ready: Mapping[str, Mapping[str, Slice]]) -> None:
        for row in self._workload.rows:
            for name, work in ready.items():
                if name not in self._failures:
                    with self._blamed(name):
                        await self._measure(number, row, name, work)

    async def _measure(self, number: int, row: Row, name: str, work: Mapping[str, Slice]) -> None:
        if row.quotient:
            self._divide(number, row, name)
        elif row.label in work and self._spent[row.label, name] < self._most:
            started = time.perf_counter()
            with self._resumed(name):
                self.taken[row.label, name][number] = await work[row.label](self._seconds)
            self._spent[row.label, name] += time.perf_counter() - started

    def _divide(self, number: int, row: Row, name: str) -> None:
        both = (self.taken.get((label, name), {}).get(number) for label in row.quotient or ())
        dividend, divisor = both
        if dividend and divisor:
            quotient = dividend.of(dividend.value / divisor.value)
            self.taken[row.label, name][number] = quotient

    @contextmanager
    def _suspending(self, name: str, servers: Sequence[Server]) -> Iterator[None]:
        for server in servers:
            server.process.suspend()
        self._suspended[name] = servers
        yield
        for server in servers:
            server.process.resume()

    @contextmanager
    def _resumed(self, name: str) -> Iterator[None]:
        servers = self._suspended.get(name, ())
        for server in servers:
            server.process.resume()
        yield
        for server in servers:
            server.process.suspend()

    @contextmanager
    def _blamed(self, name: str) -> Iterator[None]:
        """Others go on without a contestant that fails."""
        try:
            yield
        except (OSError, RuntimeError, TimeoutError) as error:
            self._failures[name] = f"{type(error).__name__}: {error}"


def _of_round(figures: Figures, ours: Figures) -> Figure:
    """The median of the slices, and of the ratios of ours to them."""
    pairs = [(ours[number], figures[number]) for number in ours.keys() & figures.keys()]
    ratios = [our.value / other.value for our, other in pairs if other.value]
    return Figure(
        median(one.value for one in figures.values()),
        fmean(one.load_share for one in figures.values()),
        fmean(one.server_share for one in figures.values()),
        median(ratios) if ratios else None,
    )
