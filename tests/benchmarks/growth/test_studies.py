"""Every study with so little work that its figures mean nothing."""

import pytest

from benchmarks.growth.registry import STUDIES
from benchmarks.growth.study import Study


@pytest.mark.parametrize("study", STUDIES.values(), ids=list(STUDIES))
async def test_a_study_has_a_figure_for_each_size(study: Study) -> None:
    """Memory of two connections may be nothing; a server that loses a message is waited for in
    vain."""
    told: list[str] = []
    panels = await study.measure((2,), 0.01, told.append)
    curves = [curve for panel in panels for curve in panel.curves]
    assert curves
    assert all([point.size for point in curve.points] == [2] for curve in curves)
    assert all(point.value >= 0 for curve in curves for point in curve.points)
    assert told
