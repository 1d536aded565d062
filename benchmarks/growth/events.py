"""What an event of a client costs, in whatever answers it."""

from collections.abc import Sequence

from benchmarks.growth.cost import cost
from benchmarks.load.listening import listening
from benchmarks.load.websockets import Endpoint, connect, leave
from benchmarks.servers import Server

_CLIENTS = 16
_TEXT = "x" * 64


async def event_cost(servers: Sequence[Server], endpoint: Endpoint, seconds: float) -> float:
    """Microseconds of these servers, for each event with its answer."""
    clients = await connect([endpoint] * _CLIENTS, text=_TEXT)
    listener = listening(endpoint)
    listener.add(clients)

    async def everybody_asks() -> int:
        listener.expect(_CLIENTS)
        for client in clients:
            client.send()
        await listener.done()
        return _CLIENTS

    microseconds = await cost(servers, everybody_asks, seconds)
    await leave(clients)
    return microseconds
