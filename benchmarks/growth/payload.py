"""Payloads: what it costs to deliver a message when it is large."""

from collections.abc import Sequence

from benchmarks.contestants.ours import client, client_path
from benchmarks.growth.cost import cost
from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.study import Study, Tell
from benchmarks.load.listening import listening
from benchmarks.load.websockets import Endpoint, connect, leave
from benchmarks.servers import Server, running, service_command

_SIZES = tuple(4**power for power in range(2, 11))
_RECEIVERS = 20
_GROUP = "room"
_MEBIBYTE = 1 << 20


async def measure(sizes: Sequence[int], seconds: float, tell: Tell) -> Sequence[Panel]:
    """One message after the other, to a small group."""
    with running("ours", service_command) as server:
        costs = [Point(size, await _delivery(server, size, seconds, tell)) for size in sizes]
    speeds = [Point(size, size / microseconds * 1e6 / _MEBIBYTE) for size, microseconds in costs]
    x_label = "bytes of the payload"
    return [
        Panel(
            title=f"A message to {_RECEIVERS} JSON clients",
            x_label=x_label,
            y_label="µs for each message delivered",
            curves=[Curve("time", costs)],
        ),
        Panel(
            title="The same as payload delivered",
            x_label=x_label,
            y_label="MiB per second of processor",
            curves=[Curve("speed", speeds, linear=None)],
        ),
    ]


async def _delivery(server: Server, size: int, seconds: float, tell: Tell) -> float:
    tell(f"{size:,} bytes")
    member = client(server.port, _GROUP, joins=True)
    members = await connect([member] * _RECEIVERS)
    (publisher,) = await connect([_publisher(server.port)], text="x" * size)
    listener = listening(member)
    listener.add([*members, publisher])

    async def message() -> int:
        listener.expect(_RECEIVERS)
        publisher.send()
        await listener.done()
        return _RECEIVERS

    microseconds = await cost([server], message, seconds)
    await leave([*members, publisher])
    return microseconds


def _publisher(port: int) -> Endpoint:
    """Whatever it sends goes to the group as it is, so that the largest message has no envelope."""
    path = f"{client_path(port)}&webpubsub_mode=sendToGroup&group={_GROUP}"
    return Endpoint(port=port, path=path)


STUDY = Study("payload", "Larger messages", _SIZES, measure)
