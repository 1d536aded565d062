"""Clients that are answered by a plain function, which sleeps a millisecond: answers per second."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import ClassVar

from benchmarks.contestants.contestant import Contestant
from benchmarks.contestants.functions import clients_of, sleep_function
from benchmarks.contestants.ours import simple_client
from benchmarks.contestants.python import python_command
from benchmarks.load.meter import Figure
from benchmarks.runs import Row, Slice, Workload
from benchmarks.servers import pin, running
from benchmarks.workloads.echo import together

_SMALL_POOL = 8
_SMALL, _OWN = f"{_SMALL_POOL} threads", "as many threads as clients"
_WANTED = 0.9

_threads_alone = Contestant(
    "threads alone",
    command=lambda threads: python_command("sleeping_threads.py", threads),
    missing=str,
    version=lambda: f"Python {sys.version.split()[0]}",
    is_limit=True,
)


class SyncFunction(Workload[Contestant], frozen=True):
    """With threads for some of the clients, and with threads for all."""

    name: ClassVar[str] = "sync_function"
    clients: int = 64

    @property
    def title(self) -> str:
        """What it is."""
        return f"{self.clients} clients, answered by a `def` function that sleeps 1 ms"

    @property
    def notes(self) -> str:
        """What a reader must know."""
        return (
            "Threads alone are no peer but a limit: as many threads on the same core, each of "
            "which sleeps a millisecond again and again and does nothing else. "
            f"The host has 1,000 threads unless it is told otherwise, so that each client has one. "
            f"The target is for {_SMALL_POOL}: with these the pool is the limit, and with one for "
            "each client the processor is."
        )

    @property
    def rows(self) -> Sequence[Row]:
        """One for each size of the pool."""
        return [
            Row(
                _SMALL,
                "answers/s",
                target=f"{_WANTED:g} x the threads alone",
                reached=lambda medians: medians.ratio_at_least(
                    _SMALL, _WANTED, _threads_alone.name
                ),
            ),
            Row(_OWN, "answers/s"),
        ]

    @property
    def contestants(self) -> Sequence[Contestant]:
        """Ours, and what it cannot exceed."""
        return (sleep_function, _threads_alone)

    @asynccontextmanager
    async def ready(self, contestant: Contestant) -> AsyncIterator[Mapping[str, Slice]]:
        """Both rows."""
        if contestant.is_limit:
            yield {_SMALL: partial(_alone, _SMALL_POOL), _OWN: partial(_alone, self.clients)}
            return
        small_pool = clients_of("sleep_app", PYTHON_THREADPOOL_THREAD_COUNT=str(_SMALL_POOL))
        with (
            running(contestant.name, small_pool) as small,
            running(contestant.name, contestant.command) as own,
        ):
            async with (
                together([simple_client(small.port)] * self.clients) as few_threads,
                together([simple_client(own.port)] * self.clients) as many_threads,
            ):
                yield {_SMALL: few_threads.rate, _OWN: many_threads.rate}


async def _alone(threads: int, seconds: float) -> Figure:
    command = [*_threads_alone.command(threads), str(seconds)]
    process = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
    pin(process.pid, 0)
    said, _ = await process.communicate()
    return Figure(float(said))
