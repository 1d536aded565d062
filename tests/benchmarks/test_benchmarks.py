"""The benchmarks, with so little work that their figures mean nothing."""

from typing import Any

import pytest

from benchmarks import plugin, workers
from benchmarks.contestants.contestant import OURS
from benchmarks.contestants.python import aiohttp
from benchmarks.contestants.with_tokens import aiohttp_tokens
from benchmarks.rounds import Turn, attend, take
from benchmarks.runs import Results, Workload
from benchmarks.workloads.connect import Connect
from benchmarks.workloads.crowd import Crowd
from benchmarks.workloads.echo import Echo
from benchmarks.workloads.fairness import Fairness
from benchmarks.workloads.fanout import Fanout
from benchmarks.workloads.groups import Groups
from benchmarks.workloads.idle import Idle
from benchmarks.workloads.latency import Latency
from benchmarks.workloads.memory import Memory
from benchmarks.workloads.negotiate import Negotiate
from benchmarks.workloads.reliable import Reliable
from benchmarks.workloads.rest import Rest
from benchmarks.workloads.start import Start
from benchmarks.workloads.sync_function import SyncFunction
from benchmarks.workloads.webhook import Webhook

PLAIN = (aiohttp.name, aiohttp_tokens.name, "threads alone")

pytestmark = pytest.mark.timeout(120)


@pytest.mark.parametrize(
    "workload",
    [
        Fanout(members=8, in_flight=(1, 4)),
        Crowd(few=4, many=8),
        Groups(sizes=((2, 3),), published=3),
        Reliable(members=8),
        Echo(clients=4),
        Idle(),
        Latency(clients=2),
        Fairness(members=8),
        Webhook(clients=2),
        SyncFunction(clients=2),
        Negotiate(connections=2),
        Rest(users=2),
        Connect(at_once=2, tokens=4),
        Memory(connections=100, settles=0),
        Start(),
    ],
    ids=lambda work: work.name,
)
async def test_all_rows_have_a_figure_of_ours(workload: Workload[Any]) -> None:
    """And one of the peer that needs nothing to be installed, if it takes part. Who loses a message
    has none."""
    results = Results(date="", machine="", rounds=1)
    attend(results, [workload])
    await take(Turn(workload, 1), results, 0.05, only=(OURS, *PLAIN))
    assert results.failures == {workload.name: {}}
    medians = results.medians(workload)
    assert all(medians.of(row.label) for row in workload.rows)
    if any(one.name in (aiohttp.name, aiohttp_tokens.name) for one in workload.contestants):
        assert medians.ratio(workload.rows[0].label)


async def test_an_app_answers_in_one_process_and_in_several() -> None:
    """Also where it computes; the other app is that of the test before."""
    figures = await workers.compare("compute", workers.Plan(clients=4, turns=1, seconds=0.3))
    assert list(figures) == list(workers.OPTIONS)
    for turns_taken in figures.values():
        assert all(turn.rate > 0 and turn.cpu > 0 for turn in turns_taken)


def test_a_test_costs_something() -> None:
    """Whichever client it has."""
    figures = plugin.compare(plugin.Plan(tests=3, turns=1))
    for measured in figures.values():
        assert list(measured) == list(plugin.contestants())
        assert all(figure > 0 for figure in measured.values())
