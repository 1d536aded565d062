"""One message to many: messages per second delivered, and memory per idle connection.

Run with ``python -m benchmarks.fanout``. Every contestant does the same: a publisher sends messages
of 64 bytes over its WebSocket, and every receiver gets each of them. Ours checks the publisher's
permission and parses its JSON; the peers only copy.
"""

import argparse
import time
from collections.abc import Callable

import msgspec

from benchmarks.load import PAYLOAD, Counter, connect, connect_many, disconnect, ignore
from benchmarks.report import OURS, show
from benchmarks.servers import (
    GROUP,
    JSON,
    Endpoint,
    Server,
    client_url,
    installed,
    peer_command,
    run,
    running,
    service_command,
)


class Plan(msgspec.Struct, frozen=True):
    """How much work: receivers, messages the publisher sends before it waits, seconds of each."""

    receivers: int = 1000
    in_flight: tuple[int, ...] = (1, 4, 16)
    seconds: float = 2.0


def receiver_of(server: Server) -> Endpoint:
    """Where receivers connect."""
    if server.name == OURS:
        return Endpoint(client_url(server.port, [GROUP]))
    return Endpoint(f"ws://127.0.0.1:{server.port}/receive")


def publisher_of(server: Server) -> Endpoint:
    """Where the publisher connects, and how it asks for a message to be sent to all."""
    if server.name == OURS:
        return Endpoint(client_url(server.port), JSON, _send_to_group)
    return Endpoint(f"ws://127.0.0.1:{server.port}/publish")


def _send_to_group(text: str) -> str:
    return f'{{"type":"sendToGroup","group":"{GROUP}","dataType":"text","data":"{text}"}}'


async def measure(server: Server, plan: Plan) -> dict[str, float]:
    """The figures of one contestant, by kind of work."""
    counter = Counter()
    before = server.memory
    receivers = await connect_many(plan.receivers, receiver_of(server), counter.count)
    memory = (server.memory - before) / plan.receivers
    publisher = publisher_of(server)
    sender = await connect(publisher, ignore)
    message = publisher.wrap(PAYLOAD)
    figures = {"memory": memory}
    for in_flight in plan.in_flight:
        figures[f"{in_flight} in flight"] = await _rate(
            counter, lambda: sender.send(message), in_flight, plan
        )
    await disconnect([*receivers, sender])
    return figures


async def _rate(counter: Counter, send: Callable[[], None], in_flight: int, plan: Plan) -> float:
    frames = plan.receivers * in_flight
    delivered, started = 0, time.perf_counter()
    while (elapsed := time.perf_counter() - started) < plan.seconds or not delivered:
        counter.expect(frames)
        for _ in range(in_flight):
            send()
        await counter.done()
        delivered += frames
    return delivered / elapsed if elapsed else 0.0


async def compare(plan: Plan) -> dict[str, dict[str, float]]:
    """Every contestant in turn: contestant -> work -> figure."""
    figures: dict[str, dict[str, float]] = {}
    for name in installed():

        def command(port: int, name: str = name) -> list[str]:
            return service_command(port) if name == OURS else peer_command(name, port)

        with running(name, command) as server:
            figures[name] = await measure(server, plan)
    return figures


async def main() -> None:
    """Run with the plan of the command line and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--receivers", type=int, default=Plan().receivers)
    parser.add_argument("--seconds", type=float, default=Plan().seconds)
    arguments = parser.parse_args()
    plan = Plan(receivers=arguments.receivers, seconds=arguments.seconds)
    figures = await compare(plan)
    works = [f"{n} in flight" for n in plan.in_flight]
    show(
        f"One message to {plan.receivers} receivers",
        "messages delivered per second, higher is better",
        {work: {name: measured[work] for name, measured in figures.items()} for work in works},
    )
    show(
        "Memory",
        "bytes per idle connection, lower is better",
        {"connection": {name: measured["memory"] for name, measured in figures.items()}},
    )


if __name__ == "__main__":
    run(main)
