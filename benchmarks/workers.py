"""An app in the process of the host, and in processes of its own: what each costs and gives.

Run with ``python -m benchmarks.workers``. ``echo`` is an ``async`` typed function that does
nothing, with all processes on one core: the price of a call. ``compute`` is a function that
computes, with all processes on all cores: what the price buys. Those that are compared take turns,
for a busy machine is not as fast now as it was.
"""

import argparse
import os
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from statistics import median

import msgspec
from rich.console import Console
from rich.table import Table

from benchmarks.contestants.contestant import OURS
from benchmarks.contestants.ours import simple_client
from benchmarks.load.listening import listening
from benchmarks.load.round_trips import RoundTrips
from benchmarks.load.warm_up import warm_up
from benchmarks.load.websockets import connect, leave
from benchmarks.servers import HERE, Server, app_command, run, running
from benchmarks.workloads.echo import TEXT

IN_PROCESS = "in the process of the host"
OPTIONS: Mapping[str, Sequence[str]] = {IN_PROCESS: (), "--workers 2": ("--workers", "2")}
#: Where the processes of each run.
WORKLOADS: Mapping[str, Sequence[int]] = {"echo": (0,), "compute": range(os.cpu_count() or 1)}

#: As a share of the time that is measured afterwards.
_WARM_UP = 0.25


class Plan(msgspec.Struct, frozen=True):
    """How much work: clients, turns, and seconds of each."""

    clients: int = 64
    turns: int = 5
    seconds: float = 2.0


class Turn(msgspec.Struct, frozen=True):
    """Answers per second, microseconds of all processes for one, and bytes of memory."""

    rate: float
    cpu: float
    memory: int


async def compare(workload: str, plan: Plan) -> dict[str, list[Turn]]:
    """Contestant -> its turns."""
    with ExitStack() as stack:
        servers = {
            name: stack.enter_context(_serving(workload, options))
            for name, options in OPTIONS.items()
        }
        turns: dict[str, list[Turn]] = {name: [] for name in servers}
        for _ in range(plan.turns):
            for name, server in servers.items():
                turns[name].append(await _turn(server, plan))
    return turns


def _serving(workload: str, options: Sequence[str]) -> AbstractContextManager[Server]:
    def command(port: int) -> list[str]:
        return app_command(HERE / f"{workload}_app", port, *options)

    return running(OURS, command, cores=WORKLOADS[workload])


async def _turn(server: Server, plan: Plan) -> Turn:
    endpoint = simple_client(server.port)
    clients = await connect([endpoint] * plan.clients, text=TEXT)
    listener = listening(endpoint, shares_core=True)
    listener.add(clients)
    before = server.cpu_seconds
    trips = RoundTrips(clients, listener)
    await warm_up(trips.rate, plan.seconds * _WARM_UP)
    figure = await trips.rate(plan.seconds)
    cpu = (server.cpu_seconds - before) / listener.heard
    await leave(clients)
    return Turn(figure.value, cpu * 1e6, server.memory)


def _show(workload: str, turns: Mapping[str, Sequence[Turn]]) -> None:
    table = Table("", "answers/s", "of in process", "µs of CPU each", "MB", title=workload)
    for name, own in turns.items():
        shares = [turn.rate / base.rate for turn, base in zip(own, turns[IN_PROCESS], strict=True)]
        table.add_row(
            name,
            f"{median(turn.rate for turn in own):,.0f}",
            f"{median(shares):.2f}",
            f"{median(turn.cpu for turn in own):,.0f}",
            f"{own[-1].memory / 1e6:,.0f}",
        )
    Console(width=100).print(table)


async def main() -> None:
    """Run with the plan of the command line and print a table for each workload."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=Plan().clients)
    parser.add_argument("--turns", type=int, default=Plan().turns)
    parser.add_argument("--seconds", type=float, default=Plan().seconds)
    plan = Plan(**vars(parser.parse_args()))
    for workload in WORKLOADS:
        _show(workload, await compare(workload, plan))


if __name__ == "__main__":
    run(main)
