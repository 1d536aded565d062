"""A message there and back: round trips per second of many clients at once.

Run with ``python -m benchmarks.echo``. The peers echo a frame. Ours is measured twice: a message to
a group of one (``group``), and a user event answered by a typed function of an app in the host
(``event``), which is everything a real-time application asks for. What functions in processes of
their own cost is told by ``benchmarks.workers``.
"""

import argparse
import asyncio
import time

import msgspec

from benchmarks.load import PAYLOAD, Client, connect, disconnect
from benchmarks.report import OURS, show
from benchmarks.servers import (
    HERE,
    JSON,
    Endpoint,
    Server,
    app_command,
    client_url,
    installed,
    peer_command,
    run,
    running,
    service_command,
)

EVENT = f"{OURS} event"


class Plan(msgspec.Struct, frozen=True):
    """How much work: clients, and seconds."""

    clients: int = 64
    seconds: float = 3.0


def endpoint_of(server: Server, number: int) -> Endpoint:
    """Where a client connects, and how it asks for its message back."""
    if server.name == EVENT:
        return Endpoint(client_url(server.port))
    if server.name == OURS:
        group = f"echo{number}"
        return Endpoint(client_url(server.port, [group]), JSON, _to_group(group).format)
    return Endpoint(f"ws://127.0.0.1:{server.port}/echo")


def _to_group(group: str) -> str:
    return f'{{{{"type":"sendToGroup","group":"{group}","dataType":"text","data":"{{}}"}}}}'


async def measure(server: Server, plan: Plan) -> float:
    """Round trips per second of one contestant."""
    round_trips = 0
    messages: dict[Client, str] = {}

    def again(client: Client, _payload: bytes) -> None:
        nonlocal round_trips
        if message := messages.get(client):
            round_trips += 1
            client.send(message)

    clients = []
    for number in range(plan.clients):
        endpoint = endpoint_of(server, number)
        client = await connect(endpoint, again)
        messages[client] = endpoint.wrap(PAYLOAD)
        clients.append(client)
    await asyncio.sleep(0.2)
    round_trips, started = 0, time.perf_counter()
    for client in clients:
        client.send(messages[client])
    await asyncio.sleep(plan.seconds)
    rate = round_trips / (time.perf_counter() - started)
    messages.clear()
    await disconnect(clients)
    return rate


def command_of(name: str, port: int) -> list[str]:
    """How a contestant is started."""
    if name == EVENT:
        return app_command(HERE / "echo_app", port)
    return service_command(port) if name == OURS else peer_command(name, port)


async def compare(plan: Plan) -> dict[str, float]:
    """Every contestant in turn: contestant -> round trips per second."""
    figures = {}
    for name in [EVENT, *installed()]:

        def command(port: int, name: str = name) -> list[str]:
            return command_of(name, port)

        with running(name, command) as server:
            figures[name] = await measure(server, plan)
    return figures


async def main() -> None:
    """Run with the plan of the command line and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clients", type=int, default=Plan().clients)
    parser.add_argument("--seconds", type=float, default=Plan().seconds)
    arguments = parser.parse_args()
    figures = await compare(Plan(clients=arguments.clients, seconds=arguments.seconds))
    event = figures.pop(EVENT)
    show(
        f"{arguments.clients} clients, one message each at a time",
        "round trips per second, higher is better",
        {"group": figures, "event": {**figures, OURS: event}},
    )


if __name__ == "__main__":
    run(main)
