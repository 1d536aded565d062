"""Groups: what a message to one group costs, and joining another, for who is in many."""

from collections.abc import Callable, Sequence

from benchmarks.contestants.ours import JSON, client, client_path
from benchmarks.growth.cost import cost
from benchmarks.growth.curves import Curve, Panel, Point
from benchmarks.growth.study import Study, Tell
from benchmarks.load.listening import Listener, listening
from benchmarks.load.websockets import Client, Endpoint, connect, leave
from benchmarks.servers import Server, running, service_command

_SIZES = (1, 2, 5, 10, 20, 50, 100)
_MEMBERS = 100
_TEXT = "x" * 64
_FIRST, _ANOTHER = "group0", "another"


async def measure(sizes: Sequence[int], seconds: float, tell: Tell) -> Sequence[Panel]:
    """All members are in the same groups."""
    messages, joins = [], []
    with running("ours", service_command) as server:
        for size in sizes:
            tell(f"{size} groups")
            member = _member(server.port, size)
            members = await connect([member] * _MEMBERS)
            listener = listening(member)
            listener.add(members)
            messages.append(Point(size, await _message(server, listener, seconds)))
            joins.append(Point(size, await _join(server, members, listener, seconds)))
            await leave(members)
    x_label = "groups that each connection is in"
    return [
        Panel(
            title=f"A message to a group of {_MEMBERS}",
            x_label=x_label,
            y_label="µs for each recipient",
            curves=[Curve("message", messages)],
        ),
        Panel(
            title="Joining or leaving one more",
            x_label=x_label,
            y_label="µs for each request, with its ack",
            curves=[Curve("join or leave", joins)],
        ),
    ]


async def _message(server: Server, listener: Listener, seconds: float) -> float:
    (publisher,) = await connect([client(server.port, _FIRST)], text=_TEXT)
    listener.add([publisher])

    async def message() -> int:
        listener.expect(_MEMBERS)
        publisher.send()
        await listener.done()
        return _MEMBERS

    microseconds = await cost([server], message, seconds)
    await leave([publisher])
    return microseconds


async def _join(
    server: Server, members: Sequence[Client], listener: Listener, seconds: float
) -> float:
    ack_id = 0
    framed = _member(server.port, 1).framed

    async def everybody(request: Callable[[int], str]) -> None:
        nonlocal ack_id
        ack_id += 1
        frame = framed(request(ack_id))
        listener.expect(_MEMBERS)
        for member in members:
            member.write(frame)
        await listener.done()

    async def join_and_leave() -> int:
        await everybody(_request("joinGroup"))
        await everybody(_request("leaveGroup"))
        return 2 * _MEMBERS

    return await cost([server], join_and_leave, seconds)


def _request(kind: str) -> Callable[[int], str]:
    return f'{{{{"type":"{kind}","group":"{_ANOTHER}","ackId":{{}}}}}}'.format


def _member(port: int, groups: int) -> Endpoint:
    names = [f"group{number}" for number in range(groups)]
    return Endpoint(port=port, path=client_path(port, names), subprotocol=JSON, greetings=1)


STUDY = Study("groups", "More groups for each connection", _SIZES, measure)
