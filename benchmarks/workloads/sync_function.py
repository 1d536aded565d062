"""Clients that are answered by a plain function, which sleeps a millisecond: answers per second."""

import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

from benchmarks.contestants.contestant import Contestant
from benchmarks.contestants.functions import clients_of, sleep_function
from benchmarks.contestants.ours import simple_client
from benchmarks.contestants.python import python_command
from benchmarks.load.meter import Figure
from benchmarks.runs import Row
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


class SyncFunction(msgspec.Struct, frozen=True):
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

    async def measure(self, contestant: Contestant, seconds: float) -> Mapping[str, Figure]:
        """Both rows."""
        if contestant.is_limit:
            pools = {_SMALL: _SMALL_POOL, _OWN: self.clients}
            return {row: _alone(threads, seconds) for row, threads in pools.items()}
        small_pool = clients_of("sleep_app", PYTHON_THREADPOOL_THREAD_COUNT=str(_SMALL_POOL))
        commands = {_SMALL: small_pool, _OWN: contestant.command}
        figures: dict[str, Figure] = {}
        for row, command in commands.items():
            with running(contestant.name, command) as server:
                clients = [simple_client(server.port)] * self.clients
                figures[row] = await together(clients, seconds)
        return figures


def _alone(threads: int, seconds: float) -> Figure:
    command = [*_threads_alone.command(threads), str(seconds)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        pin(process.pid, 0)
        said, _ = process.communicate()
    return Figure(float(said))
