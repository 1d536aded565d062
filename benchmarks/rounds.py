"""Rounds of alternating slices: who is measured next to another meets the same machine.

How fast a machine is that others use as well changes within seconds. So in a round all contestants
are made ready first, and then measured in turn for a tenth of a second each, again and again.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from statistics import fmean, median
from typing import Any

import msgspec

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.load.meter import Figure
from benchmarks.load.warm_up import warm_up
from benchmarks.runs import Results, Row, Rows, Slice, Workload

#: Is told what happens just now.
Tell = Callable[[str], object]


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
    taken = Slices(workload, seconds / workload.slices, failures, tell)
    for first in range(0, len(able), workload.company):
        await taken.by(able[first : first + workload.company])
    rows = results.figures.setdefault(workload.name, {})
    for label, row in taken.rows.items():
        for name in row:
            if name not in failures:
                rows.setdefault(label, {}).setdefault(name, []).append(_figure(row, name))


class Slices:
    """What was measured in one round: row -> contestant -> a figure of each slice."""

    def __init__(
        self,
        workload: Workload[Any],
        seconds: float,
        failures: MutableMapping[str, str],
        tell: Tell,
    ) -> None:
        self.rows: Rows = defaultdict(partial(defaultdict, list))
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
                    work = await stack.enter_async_context(self._workload.ready(one))
                    await self._warm_up(work)
                    ready[one.name] = work
            for number in range(self._workload.slices):
                self._tell(f"slice {number + 1} of {self._workload.slices}")
                await self._everybody(ready)

    async def _warm_up(self, work: Mapping[str, Slice]) -> None:
        for row in self._workload.rows:
            if self._workload.warms_up and row.label in work:
                await warm_up(work[row.label], self._seconds, row.higher_is_better)

    async def _everybody(self, ready: Mapping[str, Mapping[str, Slice]]) -> None:
        for row in self._workload.rows:
            for name, work in ready.items():
                if name not in self._failures:
                    with self._blamed(name):
                        await self._measure(row, name, work)

    async def _measure(self, row: Row, name: str, work: Mapping[str, Slice]) -> None:
        if row.label in work:
            self.rows[row.label][name].append(await work[row.label](self._seconds))
        elif row.quotient and all(label in work for label in row.quotient):
            dividend, divisor = (self.rows[label][name][-1] for label in row.quotient)
            figure = dividend.of(dividend.value / divisor.value)
            self.rows[row.label][name].append(figure)

    @contextmanager
    def _blamed(self, name: str) -> Iterator[None]:
        """Others go on without a contestant that fails."""
        try:
            yield
        except (OSError, RuntimeError, TimeoutError) as error:
            self._failures[name] = f"{type(error).__name__}: {error}"


def _figure(row: Mapping[str, Sequence[Figure]], name: str) -> Figure:
    """That of a round: the median of its slices."""
    own = row[name]
    pairs = zip(row.get(OURS, ()), own, strict=False) if name != OURS else ()
    ratios = [our.value / other.value for our, other in pairs if other.value]
    return Figure(
        median(one.value for one in own),
        fmean(one.load_share for one in own),
        fmean(one.server_share for one in own),
        median(ratios) if ratios else None,
    )
