"""What is measured, and what was: figures of all rounds, their medians and their ratios."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from statistics import median
from typing import Any, ClassVar, Generic, TypeVar

import msgspec

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.load.meter import Figure

#: Row -> contestant -> figures.
Rows = dict[str, dict[str, list[Figure]]]

#: Measures for so many seconds. Nothing is under way before, nor afterwards.
Slice = Callable[[float], Awaitable[Figure]]

C = TypeVar("C", bound=Contestant)


class Row(msgspec.Struct, frozen=True):
    """One thing measured, and what is to be reached: ``reached`` looks at the medians of all rows.

    A ``quotient`` is that of two rows above, by what they are called, from slices next to each
    other. ``digits`` are shown after the decimal point.
    """

    label: str
    unit: str
    higher_is_better: bool = True
    target: str = ""
    reached: Callable[["Medians"], bool | None] | None = None
    digits: int = 0
    quotient: tuple[str, str] | None = None


class Workload(msgspec.Struct, Generic[C], frozen=True):
    """One kind of work, done for contestants that are ready at the same time, each in a server of
    its own on the first core, by load from this process, which is on the second."""

    #: What ``--only`` calls it.
    name: ClassVar[str]
    #: How often everybody is measured in a round.
    slices: ClassVar[int] = 3
    #: Whether who is ready is let run before it is measured, until it gets no faster.
    warms_up: ClassVar[bool] = True
    #: How many are ready at the same time.
    company: ClassVar[int] = 16

    @property
    def title(self) -> str:
        """What it is, in a few words."""
        raise NotImplementedError

    @property
    def notes(self) -> str:
        """What a reader must know: what is compared, and who cannot take part, and why."""
        raise NotImplementedError

    @property
    def rows(self) -> Sequence[Row]:
        """What is measured."""
        raise NotImplementedError

    @property
    def contestants(self) -> Sequence[C]:
        """Who takes part, ours first."""
        raise NotImplementedError

    def ready(self, contestant: C) -> AbstractAsyncContextManager[Mapping[str, Slice]]:
        """Start the contestant's servers and connect their clients, and end them afterwards: row ->
        how it is measured; rows that are none of a contestant's are left out."""
        raise NotImplementedError


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
        return [figure.ratio for figure in theirs if figure.ratio is not None]

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
