"""Medians, ratios and targets, by figures that were made up."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec
import pytest

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.load.meter import IDLE, Figure, Meter
from benchmarks.report import summary
from benchmarks.runs import Results, Row, Rows, Workload


def _contestant(name: str, *, is_limit: bool = False) -> Contestant:
    return Contestant(name, lambda _port: [], str, str, is_limit=is_limit)


class MadeUp(Workload[Contestant], frozen=True):
    """Is never done."""

    name: ClassVar[str] = "made-up"
    title: ClassVar[str] = "Made up"
    notes: ClassVar[str] = ""
    rows: ClassVar[Sequence[Row]] = (
        Row("rate", "1/s", target="2 x", reached=lambda medians: medians.ratio_at_least("rate", 2)),
        Row("delay", "ms", higher_is_better=False, digits=1),
    )
    contestants: ClassVar[Sequence[Contestant]] = (
        _contestant(OURS),
        _contestant("slow"),
        _contestant("fast"),
        _contestant("limit", is_limit=True),
    )


def _results(figures: Mapping[str, Sequence[float]], share: float = 0.5) -> Results:
    rows: Rows = {"rate": {}, "delay": {}}
    for name, values in figures.items():
        for value, our in zip(values, figures[OURS] or FIGURES[OURS], strict=False):
            rate, delay = Figure(value, share, ratio=our / value), 1 / value
            rows["rate"].setdefault(name, []).append(rate)
            rows["delay"].setdefault(name, []).append(Figure(delay, share, ratio=value / our))
    return Results("2026-01-02", "a machine", 3, figures={MadeUp.name: rows})


FIGURES = {OURS: [10.0, 30.0, 20.0], "slow": [4.0, 4.0, 4.0], "fast": [5.0, 10.0, 8.0]}
FIGURES["limit"] = [100.0, 100.0, 100.0]


def test_ours_is_compared_with_the_best_peer_round_by_round() -> None:
    """A limit is no peer."""
    medians = _results(FIGURES).medians(MadeUp())
    assert medians.of("rate") == 20
    assert medians.best_peer("rate") == "fast"
    assert medians.best_peer("delay") == "fast"
    assert medians.ratios("rate") == [2.0, 3.0, 2.5]
    assert medians.ratio("rate") == 2.5
    assert medians.ratio("rate", "limit") == 0.2
    assert medians.spread("rate") == 1.0


@pytest.mark.parametrize(
    ("ours", "reached"), [([30.0] * 3, "yes"), ([10.0] * 3, "no"), ([], "–")], ids=str
)
def test_a_target_is_reached_or_not(ours: list[float], reached: str) -> None:
    """What was not measured has no line, and so reaches nothing."""
    results = _results({**FIGURES, OURS: ours})
    reaches = [line[-1] for section in summary(results, [MadeUp()]) for line in section.lines]
    assert reaches == ([reached, "–"] if ours else [])


def test_a_line_of_the_table() -> None:
    """All that it says."""
    [section] = summary(_results(FIGURES), [MadeUp()])
    assert section.title == "Made up"
    line, _ = section.lines
    assert line[:4] == ["rate (1/s)", "20", "8 fast", "2.50"]
    assert line[4:] == ["100%; 2.00 to 3.00", "50%; 0%", "2 x", "yes"]


@pytest.mark.parametrize(
    ("load", "server", "marked"),
    [(0.95, 0.9, True), (0.95, 0.97, False), (0.85, 0.9, False), (0.95, 0.0, True)],
)
def test_a_figure_may_be_the_loads(load: float, server: float, marked: bool) -> None:
    """Where the load could do no more and the server could have."""
    assert Figure(1.0, load, server).may_be_the_loads is marked


def test_a_meter_knows_how_busy_both_cores_are() -> None:
    """The load's own is that of this process."""
    meter = Meter()
    while meter.seconds < 0.05:
        pass
    figure = meter.rate(10)
    assert 0 < figure.load_share <= 1.5
    assert 0 <= figure.server_share <= 1
    assert figure.value <= 200
    assert figure.of(7.0) == Figure(7.0, figure.load_share, figure.server_share)


def test_a_load_that_only_looks_for_something_to_do_is_idle(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However much of its core it uses."""
    meter = Meter()
    while meter.seconds < 0.05:
        pass
    monkeypatch.setattr(IDLE, "seconds", IDLE.seconds + meter.seconds)
    assert meter.rate(10).load_share <= 0.2


def test_a_busy_load_leaves_a_mark() -> None:
    """The figure may be the load's own."""
    [section] = summary(_results(FIGURES, share=0.95), [MadeUp()])
    line, _ = section.lines
    assert line[1:3] == ["20*", "8* fast"]


def test_results_are_kept() -> None:
    """As JSON, and later ones take the place of earlier ones of the same work."""
    results = _results(FIGURES)
    read = msgspec.json.decode(msgspec.json.encode(results), type=Results)
    assert read == results
    read.replace(_results({**FIGURES, OURS: [1.0, 1.0, 1.0]}))
    assert read.medians(MadeUp()).of("rate") == 1
