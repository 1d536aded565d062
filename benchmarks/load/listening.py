"""What all clients of a measurement hear together, and what they answer.

A server must not be waited for by a load that is slower than it. So where there is a compiler, the
clients are listened to by compiled code, see ``compiled.py``; elsewhere by this process's event
loop, at twice the price.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from functools import partial
from typing import Protocol

from benchmarks.load.acknowledging import acknowledgement
from benchmarks.load.compiled import CompiledListener, library
from benchmarks.load.websockets import PATIENCE, Client, Endpoint


class Listener(Protocol):
    """Counts the messages of its clients, or the bytes of them where the endpoint does."""

    @property
    def heard(self) -> int:
        """All that have come since the start."""

    @property
    def answers(self) -> int:
        """All that its clients have given since the start, see ``answer_after``."""

    def add(self, clients: Sequence[Client]) -> None:
        """Listen to these, too. Whoever sends while others are listened to has to be among them."""

    def answer_after(self, awaited: int) -> None:
        """Have each client send its text again after so many messages from now on; 0: no longer."""

    def acknowledge(self) -> None:
        """Have each client say now and then what it has received, from now on."""

    def expect(self, messages: int) -> None:
        """Begin to wait for so many messages, or bytes of them."""

    async def done(self, patience: float = PATIENCE) -> None:
        """Until all have come, or for so many seconds. Raises RuntimeError then."""

    async def listen(self, seconds: float) -> None:
        """For so long."""


def listening(endpoint: Endpoint, *, shares_core: bool = False) -> Listener:
    """To clients of such an endpoint. Who ``shares_core`` with others leaves it to them at once
    when there is nothing to hear."""
    compiled = library()
    if compiled is None:
        return PureListener()
    return CompiledListener(compiled, endpoint, shares_core=shares_core)


class PureListener:
    """By the event loop."""

    def __init__(self) -> None:
        self.heard = 0
        self.answers = 0
        self._awaited = 0
        self._received: dict[Client, int] = defaultdict(int)
        self._all: dict[Client, int] = {}
        self._acknowledges = False
        self._missing = 0
        self._done = asyncio.Event()

    def add(self, clients: Sequence[Client]) -> None:
        """Listen to these, too."""
        for client in clients:
            self._all[client] = 0
            client.hear = partial(self._hear, len(self._all) - 1)

    def answer_after(self, awaited: int) -> None:
        """Have each client send its text again after so many messages from now on; 0: no longer."""
        self._awaited = awaited
        self._received.clear()

    def acknowledge(self) -> None:
        """Have each client say now and then what it has received, from now on."""
        self._acknowledges = True

    def expect(self, messages: int) -> None:
        """Begin to wait for so many messages, or bytes of them."""
        self._missing = messages
        self._done.clear()
        if messages <= 0:
            self._done.set()

    async def done(self, patience: float = PATIENCE) -> None:
        """Until all have come, or for so many seconds. Raises RuntimeError then."""
        try:
            await asyncio.wait_for(self._done.wait(), patience)
        except TimeoutError:
            raise RuntimeError(f"{self._missing} messages or bytes have not come") from None

    async def listen(self, seconds: float) -> None:
        """For so long."""
        await asyncio.sleep(seconds)

    def _hear(self, number: int, client: Client, messages: int) -> None:
        self.heard += messages
        self._missing -= messages
        if self._missing <= 0:
            self._done.set()
        if self._awaited:
            self._answer(client, messages)
        self._all[client] += messages
        if self._acknowledges:
            client.write(acknowledgement(number, self._all[client], messages))

    def _answer(self, client: Client, messages: int) -> None:
        self._received[client] += messages
        while self._received[client] >= self._awaited:
            self._received[client] -= self._awaited
            self.answers += 1
            client.send()
