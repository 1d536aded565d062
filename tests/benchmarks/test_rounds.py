"""Who is measured when, and what a round makes of it, by figures that were made up."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import ClassVar, cast

import msgspec
import psutil
import pytest

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.load.meter import Figure
from benchmarks.rounds import Turn, attend, take, turns
from benchmarks.runs import Results, Row, Slice, Workload
from benchmarks.servers import RUNNING, Server

FIGURES = {OURS: [10.0, 30.0, 20.0], "slow": [4.0, 4.0, 4.0], "fast": [5.0, 10.0, 8.0]}
RATE, DELAY, BOTH = "rate", "delay", "both"


def _contestant(name: str, missing: str = "") -> Contestant:
    return Contestant(name, lambda _port: [], lambda: missing, lambda: "1.0")


class MadeUp(Workload[Contestant], frozen=True):
    """Has a figure for each slice."""

    figures: Mapping[str, Sequence[float]]
    log: list[str] = msgspec.field(default_factory=list)
    late: str = ""
    fails_at_the_end: str = ""
    name: ClassVar[str] = "made-up"
    slices: ClassVar[int] = 3
    warms_up: ClassVar[bool] = False
    rows: ClassVar[Sequence[Row]] = (
        Row(RATE, "1/s"),
        Row(DELAY, "ms", higher_is_better=False),
        Row(BOTH, "times", quotient=(RATE, DELAY)),
    )
    contestants: ClassVar[Sequence[Contestant]] = (
        _contestant(OURS),
        _contestant("slow"),
        _contestant("fast"),
        _contestant("absent", "apt-get install absent"),
    )

    @asynccontextmanager
    async def ready(self, contestant: Contestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Its figures in turn; their reciprocals for the second row, but not of the slow."""
        name = contestant.name
        left = list(self.figures[name])

        async def rate(seconds: float) -> Figure:
            self.log.append(name)
            if not left:
                raise RuntimeError("it has fallen over")
            if name == self.late:
                await asyncio.sleep(seconds * 7)
            return Figure(left.pop(0), seconds, len(left) / 2)

        async def delay(seconds: float) -> Figure:
            return Figure(0.5, seconds)

        self.log.append(f"{name} comes")
        yield {RATE: rate} if name == "slow" else {RATE: rate, DELAY: delay}
        self.log.append(f"{name} goes")
        if name == self.fails_at_the_end:
            raise RuntimeError("a message is missing")


class OneByOne(MadeUp, frozen=True):
    """There is room for one."""

    company: ClassVar[int] = 1


class WarmsUp(MadeUp, frozen=True):
    """Until it gets no faster."""

    warms_up: ClassVar[bool] = True


class Process:
    """Says when it is suspended and resumed."""

    def __init__(self, log: list[str]) -> None:
        self._log = log

    def suspend(self) -> None:
        self._log.append("suspended")

    def resume(self) -> None:
        self._log.append("resumed")


class Polls(MadeUp, frozen=True):
    """One of two looks for work when there is none."""

    contestants: ClassVar[Sequence[Contestant]] = (
        _contestant(OURS),
        msgspec.structs.replace(_contestant("slow"), polls=True),
    )

    @asynccontextmanager
    async def ready(self, contestant: Contestant) -> AsyncIterator[Mapping[str, Slice]]:
        """As all others, by a server."""
        server = Server(contestant.name, cast("psutil.Process", Process(self.log)), 1)
        RUNNING.append(server)
        async with super().ready(contestant) as work:
            yield work
        RUNNING.remove(server)


async def _taken(
    workload: MadeUp, only: Sequence[str] = (), seconds: float = 0.75, number: int = 1
) -> Results:
    results = Results("2026-01-02", "a machine", 1)
    attend(results, [workload])
    await take(Turn(workload, number), results, seconds, only=only)
    return results


def test_all_rounds_of_a_workload_follow_each_other() -> None:
    """And then those of the next."""
    one, other = MadeUp(FIGURES), OneByOne(FIGURES)
    order = [(turn.workload, turn.round) for turn in turns([one, other], 2)]
    assert order == [(one, 1), (one, 2), (other, 1), (other, 2)]


@pytest.mark.parametrize(
    ("number", "names"), [(1, [*FIGURES]), (2, [*reversed(FIGURES)]), (3, [*FIGURES])]
)
async def test_all_are_ready_before_they_are_measured_in_turn(
    number: int, names: Sequence[str]
) -> None:
    """Each next to the others, again and again; ours is not always the first."""
    workload = MadeUp(FIGURES)
    results = await _taken(workload, number=number)
    assert workload.log == [
        *(f"{name} comes" for name in names),
        *([*names] * 3),
        *(f"{name} goes" for name in reversed(names)),
    ]
    assert results.figures["made-up"][RATE]["fast"][0].ratio == 2.5


async def test_who_has_no_room_waits_until_the_others_have_gone() -> None:
    """Ratios are of the same slices all the same."""
    workload = OneByOne(FIGURES)
    results = await _taken(workload)
    each = ((f"{name} comes", *[name] * 3, f"{name} goes") for name in FIGURES)
    assert workload.log == list(chain.from_iterable(each))
    assert results.figures["made-up"][RATE]["fast"][0].ratio == 2.5


async def test_the_figure_of_a_round_is_the_median_of_its_slices() -> None:
    """So is the ratio, that of ours to it in each slice; and shares are their mean."""
    rows = (await _taken(MadeUp(FIGURES))).figures["made-up"]
    assert rows[RATE] == {
        OURS: [Figure(20, 0.25, 0.5)],
        "slow": [Figure(4, 0.25, 0.5, ratio=5)],
        "fast": [Figure(8, 0.25, 0.5, ratio=2.5)],
    }


async def test_a_quotient_is_that_of_two_rows_in_each_slice() -> None:
    """Of those who have both."""
    rows = (await _taken(MadeUp(FIGURES))).figures["made-up"]
    assert {name: [one.value for one in own] for name, own in rows[BOTH].items()} == {
        OURS: [40],
        "fast": [16],
    }


async def test_who_is_missing_and_who_has_failed_is_told() -> None:
    """Nobody leaves without a word, nobody is asked twice, and the others go on."""
    workload = MadeUp({**FIGURES, "slow": [4.0]})
    results = await _taken(workload)
    assert results.missing == {"absent": "apt-get install absent"}
    assert results.failures["made-up"] == {"slow": "RuntimeError: it has fallen over"}
    assert set(results.figures["made-up"][RATE]) == {OURS, "fast"}
    assert workload.log.count("slow") == 2
    await take(Turn(workload, 2), results, 0.75)
    assert workload.log.count("slow comes") == 1
    assert len(results.figures["made-up"][RATE]["fast"]) == 2


@pytest.mark.parametrize("name", FIGURES)
async def test_a_round_that_ends_badly_does_not_count(name: str) -> None:
    """For who has lost something."""
    results = await _taken(MadeUp(FIGURES, fails_at_the_end=name))
    assert results.failures["made-up"] == {name: "RuntimeError: a message is missing"}
    assert set(results.figures["made-up"][RATE]) == set(FIGURES) - {name}


async def test_who_is_late_is_measured_less_often() -> None:
    """So that nobody waits for ever; the ratio is that of the slices that both have."""
    workload = MadeUp(FIGURES, late="fast")
    results = await _taken(workload, seconds=0.3)
    assert workload.log.count("fast") == 1
    [figure] = results.figures["made-up"][RATE]["fast"]
    assert (figure.value, figure.ratio) == (5, 2)


async def test_who_looks_for_work_all_the_time_is_suspended_while_others_are_measured() -> None:
    """Their servers are never touched."""
    workload = Polls(FIGURES)
    await _taken(workload)
    assert workload.log == [
        *(f"{OURS} comes", "slow comes", "suspended"),
        *([OURS, "resumed", "slow", "suspended"] * 3),
        *("resumed", "slow goes", f"{OURS} goes"),
    ]


async def test_who_gets_ready_is_let_run_until_it_is_warm() -> None:
    """By the first of its rows, before the next one comes."""
    workload = WarmsUp({OURS: [1.0] * 9, "slow": [1.0] * 9})
    await _taken(workload, [OURS, "slow"])
    warm = [entry for name in (OURS, "slow") for entry in (f"{name} comes", *[name] * 6)]
    assert workload.log[: len(warm)] == warm
