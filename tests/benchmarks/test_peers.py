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
from benchmarks.rounds import Turn, attend, take
from benchmarks.runs import Results, Workload
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


def _peers() -> Iterator[tuple[Workload[Any], Contestant]]:
    """Each once, with work that it does."""
    known = {OURS, *PLAIN, *(one.name for one in Webhook().contestants)}
    for workload in BRIEF:
        for contestant in workload.contestants:
            if contestant.name not in known:
                known.add(contestant.name)
                yield workload, contestant


PEERS = list(_peers())


def _skip_unless_installed(contestant: Contestant) -> None:
    missing = contestant.missing()
    if missing and not in_ci():
        pytest.skip(missing)
    assert not missing


@pytest.mark.parametrize(("workload", "peer"), PEERS, ids=[peer.name for _, peer in PEERS])
async def test_a_peer_has_a_figure_in_all_its_rows(
    workload: Workload[Any], peer: Contestant
) -> None:
    """Its version is known, too."""
    _skip_unless_installed(peer)
    name = peer.name
    results = Results(date="", machine="", rounds=1)
    attend(results, [workload])
    await take(Turn(workload, 1), results, SECONDS, only=[name])
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
    seen |= {peer.name for _, peer in PEERS}
    assert seen == {one.name for work in WORKLOADS for one in work.contestants}
