"""All workloads, in the order of the table."""

from collections.abc import Sequence
from typing import Any

from benchmarks.runs import Workload
from benchmarks.workloads.echo import Echo
from benchmarks.workloads.fanout import Fanout

WORKLOADS: Sequence[Workload[Any]] = (Fanout(), Echo())
