"""Everything of which the growth is measured."""

from collections.abc import Mapping

from benchmarks.growth import connections, functions, groups, payload, states
from benchmarks.growth.study import Study

_STUDIES = (connections, payload, groups, functions, states)

#: By name.
STUDIES: Mapping[str, Study] = {module.STUDY.name: module.STUDY for module in _STUDIES}
