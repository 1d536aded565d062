"""How many may ask webhooks something at the same time, and whose turn is next.

A server that hangs keeps everybody who asks it. What hangs is a server and not one of its URLs, and
many hubs may have theirs at the same one: so places are counted by server. Each may have as many of
them as are left for others: one that hangs has half of them, two have a third each, and so on.

Those who wait for the same server are served in the order in which they came, and servers with
somebody who waits take turns: a long line for one of them is not in the way of others.
"""

import asyncio
from collections import OrderedDict

from webpubsub.service.webhooks.targets import Origin


class Closed(ConnectionError):
    """There are no places any more."""


class Places:
    """Places for ``limit`` requests."""

    def __init__(self, limit: int) -> None:
        self._limit = self._free = limit
        self.is_closed = False
        self._taken: dict[Origin, int] = {}
        #: Nobody waits who could have a place.
        self._lines: dict[Origin, OrderedDict[asyncio.Future[None], None]] = {}

    def take(self, origin: Origin) -> bool:
        """Whether there is a place to ask a server; it has to be given back. Otherwise, ``wait``
        for one. Raises Closed."""
        if self.is_closed:
            raise Closed
        if origin in self._lines or not self._has_room(origin):
            return False
        self._occupy(origin)
        return True

    async def wait(self, origin: Origin) -> None:
        """Have a place as soon as there is one. Raises Closed."""
        turn = asyncio.get_running_loop().create_future()
        self._lines.setdefault(origin, OrderedDict())[turn] = None
        try:
            await turn
        except asyncio.CancelledError:
            if turn.cancelled():
                self._leave(origin, turn)
            elif turn.exception() is None:
                self.give_back(origin)
            raise

    def give_back(self, origin: Origin) -> None:
        """Let somebody else have the place."""
        self._free += 1
        self._taken[origin] -= 1
        if not self._taken[origin]:
            del self._taken[origin]
        if self._lines:
            self._admit()

    def close(self) -> None:
        """Let nobody have a place any more, nor wait for one."""
        self.is_closed = True
        lines, self._lines = self._lines, {}
        for turn in (turn for line in lines.values() for turn in line if not turn.done()):
            turn.set_exception(Closed())

    def why_none(self, origin: Origin) -> str:
        """Why there is no place now, for people."""
        taken, all_taken = self._taken.get(origin, 0), self._limit - self._free
        return f"{all_taken} of {self._limit} places taken, {taken} of them by this server"

    def _has_room(self, origin: Origin) -> bool:
        return self._taken.get(origin, 0) < self._free

    def _occupy(self, origin: Origin) -> None:
        self._free -= 1
        self._taken[origin] = self._taken.get(origin, 0) + 1

    def _leave(self, origin: Origin, turn: asyncio.Future[None]) -> None:
        line = self._lines.get(origin)
        if line is not None and turn in line:
            del line[turn]
            if not line:
                del self._lines[origin]

    def _admit(self) -> None:
        while (origin := next(filter(self._has_room, self._lines), None)) is not None:
            line = self._lines.pop(origin)
            turn, _ = line.popitem(last=False)
            if line:
                self._lines[origin] = line
            if not turn.done():
                self._occupy(origin)
                turn.set_result(None)
