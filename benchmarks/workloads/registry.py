"""All workloads, in the order of the table."""

from collections.abc import Sequence
from typing import Any

from benchmarks.runs import Workload
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

WORKLOADS: Sequence[Workload[Any]] = (
    Fanout(),
    Crowd(),
    Groups(),
    Reliable(),
    Echo(),
    Idle(),
    Latency(),
    Fairness(),
    Webhook(),
    SyncFunction(),
    Negotiate(),
    Rest(),
    Connect(),
    Memory(),
    Start(),
)
