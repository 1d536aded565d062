"""Connections on which a part of a request has come. Its rest is waited for, but not for long.

Everybody is given the same time from when the request has begun to come, so who has begun first is
also the first whose time is up: one timer looks at that one, however many wait. Specification:
functions-python section 5.2.
"""

import asyncio
from collections import OrderedDict
from typing import Protocol

import msgspec

from webpubsub.host.extensions.http.requests import Request

#: How long the rest of a request may take that is waited for here.
_REST_SECONDS = 1.0


class Part(msgspec.Struct, eq=False):
    """What has come of a request: without ``request`` not even its head. With ``length`` bytes,
    there is more to be known."""

    request: Request | None
    length: int


class Waiting(Protocol):
    """Waits for the rest of a request."""

    def give_up(self) -> None:
        """It has not come in time."""


class Rests:
    """Those who wait."""

    def __init__(self) -> None:
        #: Until when, the earliest first.
        self._waiting: OrderedDict[Waiting, float] = OrderedDict()
        self._timer: asyncio.TimerHandle | None = None

    def wait(self, who: Waiting) -> None:
        """Wait, from now on or as before."""
        if who in self._waiting:
            return
        loop = asyncio.get_running_loop()
        self._waiting[who] = due = loop.time() + _REST_SECONDS
        if self._timer is None:
            self._timer = loop.call_at(due, self._look)

    def end(self, who: Waiting) -> None:
        """The rest is there, or of no interest."""
        self._waiting.pop(who, None)

    def _look(self) -> None:
        self._timer, loop = None, asyncio.get_running_loop()
        now = loop.time()  # whoever is late by the end of this has its turn in the next one
        while self._waiting:
            who, due = next(iter(self._waiting.items()))
            if due > now:
                self._timer = loop.call_at(due, self._look)
                return
            del self._waiting[who]
            who.give_up()
