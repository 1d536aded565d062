"""The benchmarks, with so little work that their figures mean nothing."""

import pytest

from benchmarks import echo, fanout, plugin, workers
from benchmarks.report import OURS
from benchmarks.servers import installed

pytestmark = pytest.mark.timeout(120)


async def test_every_contestant_delivers_to_all_receivers() -> None:
    """A contestant that loses a message is stuck, and has no figure."""
    plan = fanout.Plan(receivers=8, in_flight=(1, 4), seconds=0.05)
    figures = await fanout.compare(plan)
    assert list(figures) == installed()
    for measured in figures.values():
        assert set(measured) == {"memory", "1 in flight", "4 in flight"}
        assert measured["1 in flight"] > 0
        assert measured["4 in flight"] > 0


async def test_every_contestant_answers_each_client() -> None:
    """Ours does so twice: through a group, and through an app."""
    figures = await echo.compare(echo.Plan(clients=4, seconds=0.3))
    assert set(figures) == {*installed(), OURS, echo.EVENT}
    assert all(rate > 0 for rate in figures.values())


async def test_an_app_answers_in_one_process_and_in_several() -> None:
    """Also where it computes; the other app is that of the test before."""
    figures = await workers.compare("compute", workers.Plan(clients=4, turns=1, seconds=0.3))
    assert list(figures) == list(workers.OPTIONS)
    for turns in figures.values():
        assert all(turn.rate > 0 and turn.cpu > 0 for turn in turns)


def test_a_test_costs_something() -> None:
    """Whichever client it has."""
    figures = plugin.compare(plugin.Plan(tests=3, turns=1))
    for measured in figures.values():
        assert list(measured) == list(plugin.contestants())
        assert all(figure > 0 for figure in measured.values())
