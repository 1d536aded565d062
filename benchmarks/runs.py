"""Every contestant in turn, and all of it again: what takes turns meets the same machine."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from statistics import median
from typing import Any, Protocol, TypeVar

import msgspec

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.load.meter import Figure

#: Row -> contestant -> a figure of each round.
Rows = dict[str, dict[str, list[Figure]]]

C = TypeVar("C", bound=Contestant)


class Row(msgspec.Struct, frozen=True):
    """One thing measured, and what is to be reached: ``reached`` looks at the medians of all rows.

    ``digits`` are shown after the decimal point.
    """

    label: str
    unit: str
    higher_is_better: bool = True
    target: str = ""
    reached: Callable[["Medians"], bool | None] | None = None
    digits: int = 0


class Workload(Protocol[C]):
    """One kind of work, measured for one contestant at a time: in a server of its own on the first
    core, by load from this process, which is on the second."""

    @property
    def name(self) -> str:
        """What ``--only`` calls it."""

    @property
    def title(self) -> str:
        """What it is, in a few words."""

    @property
    def notes(self) -> str:
        """What a reader must know: what is compared, and who cannot take part, and why."""

    @property
    def rows(self) -> Sequence[Row]:
        """What is measured."""

    @property
    def contestants(self) -> Sequence[C]:
        """Who takes part, ours first, and then the best: the machine may change within a round."""

    async def measure(self, contestant: C, seconds: float) -> Mapping[str, Figure]:
        """Row -> figure; rows that are none of a contestant's are left out."""


class Medians:
    """The medians of all rounds of one workload."""

    def __init__(self, workload: Workload[Any], rows: Rows) -> None:
        self._rows = {row.label: row for row in workload.rows}
        self._limits = {one.name for one in workload.contestants if one.is_limit}
        self._figures = rows

    def of(self, row: str, contestant: str = OURS) -> float | None:
        """The median; None where there is no figure."""
        figures = self._figures.get(row, {}).get(contestant)
        return median(figure.value for figure in figures) if figures else None

    def load_share(self, row: str) -> float:
        """Of the load for ours, in the busiest of the rounds."""
        return max((one.load_share for one in self._figured(row, OURS)), default=0.0)

    def server_share(self, row: str) -> float:
        """Of the core of ours, in the idlest of the rounds."""
        return min((one.server_share for one in self._figured(row, OURS)), default=0.0)

    def may_be_the_loads(self, row: str, contestant: str) -> bool:
        """Whether a faster load might have shown more in one of the rounds."""
        return any(one.may_be_the_loads for one in self._figured(row, contestant))

    def best_peer(self, row: str) -> str | None:
        """Whose median is the best of those with whom ours is compared."""
        peers = {
            name: value
            for name in self._figures.get(row, {})
            if name != OURS and name not in self._limits
            if (value := self.of(row, name)) is not None
        }
        best = max if self._rows[row].higher_is_better else min
        return best(peers, key=peers.__getitem__) if peers else None

    def ratio(self, row: str, peer: str | None = None) -> float | None:
        """The median of ours / the peer's, round by round; without a name, the best peer's."""
        ratios = self.ratios(row, peer)
        return median(ratios) if ratios else None

    def ratios(self, row: str, peer: str | None = None) -> Sequence[float]:
        """Of every round that both have taken part in."""
        theirs = self._figured(row, peer or self.best_peer(row) or "")
        return [
            our.value / other.value
            for our, other in zip(self._figured(row, OURS), theirs, strict=False)
            if other.value
        ]

    def at_least(self, row: str, wanted: float) -> bool | None:
        """Whether ours is so much; None where it was not measured."""
        value = self.of(row)
        return None if value is None else value >= wanted

    def at_most(self, row: str, wanted: float) -> bool | None:
        """Whether ours is no more; None where it was not measured."""
        value = self.of(row)
        return None if value is None else value <= wanted

    def ratio_at_least(self, row: str, wanted: float, peer: str | None = None) -> bool | None:
        """Whether ours is so many times the best peer's, or this one's."""
        ratio = self.ratio(row, peer)
        return None if ratio is None else ratio >= wanted

    def ratio_at_most(self, row: str, wanted: float, peer: str | None = None) -> bool | None:
        """Whether ours is no more than so many times the best peer's, or this one's."""
        ratio = self.ratio(row, peer)
        return None if ratio is None else ratio <= wanted

    def spread(self, row: str, contestant: str = OURS) -> float | None:
        """How far the rounds are apart, as a share of their median."""
        values = [figure.value for figure in self._figured(row, contestant)]
        middle = median(values) if values else 0.0
        return (max(values) - min(values)) / middle if middle else None

    def _figured(self, row: str, contestant: str) -> Sequence[Figure]:
        return self._figures.get(row, {}).get(contestant, ())


class Results(msgspec.Struct):
    """All that was measured, when and on what: enough to write the page again."""

    date: str
    machine: str
    rounds: int
    #: Contestant -> its version, or what it lacks.
    versions: dict[str, str] = {}
    missing: dict[str, str] = {}
    #: Workload -> contestant -> why it has no figure.
    failures: dict[str, dict[str, str]] = {}
    figures: dict[str, Rows] = {}

    def replace(self, other: "Results") -> None:
        """Take over what the other has measured."""
        self.date, self.machine, self.rounds = other.date, other.machine, other.rounds
        self.missing = {**self.missing, **other.missing}
        self.versions = {**self.versions, **other.versions}
        self.failures = {**self.failures, **other.failures}
        self.figures = {**self.figures, **other.figures}

    def medians(self, workload: Workload[Any]) -> Medians:
        """Of one workload."""
        return Medians(workload, self.figures.get(workload.name, {}))


class Turn(msgspec.Struct, frozen=True):
    """What is measured next."""

    workload: Workload[Any]
    round: int
    contestant: Contestant


def turns(workloads: Sequence[Workload[Any]], rounds: int) -> Iterator[Turn]:
    """All turns: workload by workload, round by round, contestant by contestant."""
    for workload in workloads:
        for number in range(rounds):
            for contestant in workload.contestants:
                yield Turn(workload, number + 1, contestant)


def attend(results: Results, workloads: Sequence[Workload[Any]]) -> None:
    """Note who can take part, and who lacks what."""
    for contestant in {one.name: one for work in workloads for one in work.contestants}.values():
        if missing := contestant.missing():
            results.missing[contestant.name] = missing
        else:
            results.versions[contestant.name] = contestant.version()


async def take(turn: Turn, results: Results, seconds: float) -> None:
    """One turn. Who fails once is not asked again for this work."""
    name, workload = turn.contestant.name, turn.workload
    failures = results.failures.setdefault(workload.name, {})
    if name in results.missing or name in failures:
        return
    try:
        figures = await workload.measure(turn.contestant, seconds)
    except (OSError, RuntimeError, TimeoutError) as error:
        failures[name] = f"{type(error).__name__}: {error}"
        return
    rows = results.figures.setdefault(workload.name, {})
    for row, figure in figures.items():
        rows.setdefault(row, {}).setdefault(name, []).append(figure)
