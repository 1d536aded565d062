"""Clients that wait for an answer before they say more, and clients that do not."""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from benchmarks.load.listening import Listener
from benchmarks.load.meter import LEAD, Figure, Meter
from benchmarks.load.websockets import PATIENCE, Client

_TICK = 0.001


class RoundTrips:
    """Clients that send their next message when they have received an answer to the last, or a
    whole group of ``awaited`` of them."""

    def __init__(self, clients: Sequence[Client], listener: Listener, awaited: int = 1) -> None:
        self._clients = clients
        self._listener = listener
        self._awaited = awaited

    async def rate(self, seconds: float) -> Figure:
        """As many messages per second as the server can send them."""
        listener = self._listener
        begin, answers = listener.heard, listener.answers
        listener.answer_after(self._awaited)
        for client in self._clients:
            client.send()
        await listener.listen(seconds * LEAD)
        before, meter = listener.heard, Meter()
        listener.expect(1)
        await listener.listen(seconds)
        await listener.done()  # at once, but where no answer has come in all that time
        figure = meter.rate(listener.heard - before)
        listener.answer_after(0)
        sent = len(self._clients) + listener.answers - answers
        listener.expect(sent * self._awaited - (listener.heard - begin))
        await listener.done()
        return figure


class Latencies:
    """The seconds that each round trip takes of clients that have one under way at a time."""

    def __init__(self) -> None:
        self._sent: dict[Client, float] = {}
        self._idle: deque[Client] = deque()
        self._all_idle = asyncio.Event()
        self._seconds: list[float] = []
        self._at_once = False

    def hear(self, client: Client, _messages: int) -> None:
        """An answer has come."""
        now = time.perf_counter()
        self._seconds.append(now - self._sent[client])
        if self._at_once:
            self._send(client, now)
        else:
            self._idle.append(client)
            if len(self._idle) >= len(self._sent):
                self._all_idle.set()

    async def one_after_the_other(
        self, clients: Sequence[Client], seconds: float
    ) -> Sequence[float]:
        """Of clients that send again at once."""
        self._at_once = True
        for client in clients:
            self._send(client, time.perf_counter())
        await asyncio.sleep(seconds * LEAD)
        self._seconds.clear()
        await asyncio.sleep(seconds)
        self._at_once = False
        return await self._measured(clients)

    async def at_rate(
        self, clients: Sequence[Client], rate: float, seconds: float
    ) -> Sequence[float]:
        """Of so many messages per second, from when each was due, so with the millisecond that the
        clock may be late: one that has to wait until a client is idle waits for the server, too."""
        self._idle.extend(clients)
        started, due = time.perf_counter(), 0.0
        while due < seconds:
            now = time.perf_counter() - started
            while due < now and self._idle:
                self._send(self._idle.popleft(), started + due)
                due += 1 / rate
            await asyncio.sleep(_TICK)
        return await self._measured(clients)

    def _send(self, client: Client, at: float) -> None:
        self._sent[client] = at
        client.send()

    async def _measured(self, clients: Sequence[Client]) -> Sequence[float]:
        # The slowest answers are those that are still under way.
        self._all_idle.clear()
        if len(self._idle) < len(clients):
            try:
                await asyncio.wait_for(self._all_idle.wait(), PATIENCE)
            except TimeoutError:
                raise RuntimeError("a message was not answered") from None
        self._idle.clear()
        measured, self._seconds = self._seconds, []
        return measured
