"""Every peer does its work, so briefly and with so few clients that its figures mean nothing.

A peer that has nothing to do with what is installed here is run by ``test_benchmarks.py``.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from benchmarks.contestants.contestant import OURS, Contestant
from benchmarks.runs import Results, Turn, Workload, attend, take
from benchmarks.workloads.echo import Echo
from benchmarks.workloads.fanout import Fanout
from benchmarks.workloads.negotiate import Negotiate
from benchmarks.workloads.registry import WORKLOADS
from benchmarks.workloads.rest import Rest
from benchmarks.workloads.webhook import Webhook
from tests.benchmarks.test_benchmarks import PLAIN
from tests.requirements import ROOT, in_ci

pytestmark = pytest.mark.timeout(120)

BRIEF: tuple[Workload[Any], ...] = (
    Fanout(members=8, in_flight=(1, 4)),
    Echo(clients=4),
    Negotiate(connections=2),
    Rest(users=2),
)
SECONDS = 0.05


def _turns() -> Iterator[Turn]:
    """One for each peer."""
    known = {OURS, *PLAIN, *(one.name for one in Webhook().contestants)}
    for workload in BRIEF:
        for contestant in workload.contestants:
            if contestant.name not in known:
                known.add(contestant.name)
                yield Turn(workload, 1, contestant)


TURNS = list(_turns())


def _skip_unless_installed(contestant: Contestant) -> None:
    missing = contestant.missing()
    if missing and not in_ci():
        pytest.skip(missing)
    assert not missing


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: turn.contestant.name)
async def test_a_peer_has_a_figure_in_all_its_rows(turn: Turn) -> None:
    """Its version is known, too."""
    _skip_unless_installed(turn.contestant)
    name, workload = turn.contestant.name, turn.workload
    results = Results(date="", machine="", rounds=1)
    attend(results, [workload])
    await take(turn, results, SECONDS)
    assert results.failures == {workload.name: {}}
    medians = results.medians(workload)
    assert all(medians.of(row.label, name) for row in workload.rows)
    assert results.versions[name]


def test_the_command_measures_applications_behind_the_service(tmp_path: Path) -> None:
    """Ours, Express and Flask: all have a figure, and nobody fails."""
    contestants = Webhook().contestants
    for contestant in contestants:
        _skip_unless_installed(contestant)
    kept = tmp_path / "results.json"
    arguments = ["--only", "webhook", "--rounds", "1", "--seconds", str(SECONDS), "--json", kept]
    command = [sys.executable, "-m", "benchmarks", *map(str, arguments)]
    done = subprocess.run(
        command, check=True, cwd=ROOT, env={**os.environ, "COLUMNS": "120"}, capture_output=True
    )
    results = msgspec.json.decode(kept.read_bytes(), type=Results)
    assert results.failures == {"webhook": {}}
    for figures in results.figures["webhook"].values():
        assert {one.name for one in contestants} == set(figures)
        assert all(figure.value > 0 for measured in figures.values() for figure in measured)
    assert "over HTTP" in done.stdout.decode()


def test_nobody_is_left_out() -> None:
    """Each contestant of the benchmarks is run by some test."""
    seen = {OURS, *PLAIN, *(one.name for one in Webhook().contestants)}
    seen |= {turn.contestant.name for turn in TURNS}
    assert seen == {one.name for work in WORKLOADS for one in work.contestants}
