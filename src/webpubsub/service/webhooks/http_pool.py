"""The connections to webhooks: those in use are limited, and those that are not are kept a while.

Specification: upstream-events section 13.
"""

import asyncio
import ssl
import time
from collections.abc import Callable
from functools import cache

from aiohappyeyeballs import start_connection

from webpubsub.service.webhooks.http_connection import HttpConnection
from webpubsub.service.webhooks.lookups import Lookups
from webpubsub.service.webhooks.places import Closed, Places
from webpubsub.service.webhooks.targets import Origin

#: Those in use: webhooks that keep their clients waiting must not take every file descriptor of the
#: process. To one server, there may be half as many, and fewer when others hang, too.
MAX_CONNECTIONS = 512
#: In seconds. Common servers close idle connections after 5. Being quicker than they are keeps
#: events from being sent into a connection that is about to be closed, which costs a retry.
KEEP_ALIVE = 4.0
#: By how much, in seconds, when they say how long they wait.
MARGIN = 1.0

#: Until an address that does not answer is not the only one that is tried, in seconds.
_NEXT_ADDRESS = 0.25


class HttpPool:
    """Gives connections to those who want to ask something, and have one of its ``places``.
    ``clock`` never goes back."""

    def __init__(
        self, *, limit: int = MAX_CONNECTIONS, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.places = Places(limit)
        self._clock = clock
        self._lookups = Lookups()
        self._in_use: set[HttpConnection] = set()
        #: Until when they may be used again; that which was used last is the last.
        self._idle: dict[Origin, list[tuple[float, HttpConnection]]] = {}
        self._making: set[asyncio.Timeout] = set()
        self._sweep: asyncio.TimerHandle | None = None

    async def take(self, origin: Origin, *, new: bool = False) -> HttpConnection:
        """A connection to a server for one exchange: one that was used before, unless it has to be
        ``new``. It goes back together with the place, which goes back at once when there is none.
        Raises OSError."""
        try:
            connection = (None if new else self._kept(origin)) or await self._make(origin)
        except BaseException:
            self.places.give_back(origin)
            raise
        self._in_use.add(connection)
        return connection

    def give_back(self, origin: Origin, connection: HttpConnection) -> None:
        """It has served its purpose, as has its place."""
        self.places.give_back(origin)
        is_open = connection in self._in_use
        self._in_use.discard(connection)
        seconds = _keep_alive(connection)
        if not is_open or not connection.is_free or seconds <= 0:
            connection.close()
            return
        self._idle.setdefault(origin, []).append((self._clock() + seconds, connection))
        if self._sweep is None:
            self._sweep_later()

    def close(self) -> None:
        """Close all connections, those in use too, and make no more: whoever waits for one or has
        a place later gets Closed."""
        self.places.close()
        if self._sweep is not None:
            self._sweep.cancel()
            self._sweep = None
        for making in self._making:
            making.reschedule(0.0)
        idle = [connection for kept in self._idle.values() for _, connection in kept]
        for connection in (*idle, *self._in_use):
            connection.close()
        self._idle.clear()
        self._in_use.clear()

    async def _make(self, origin: Origin) -> HttpConnection:
        making = asyncio.timeout(None)
        self._making.add(making)
        try:
            async with making:
                connection = await _connect(origin, self._lookups)
        except TimeoutError:
            if making.expired():
                raise Closed from None
            raise
        finally:
            self._making.discard(making)
        if self.places.is_closed:
            connection.close()
            raise Closed
        return connection

    def _kept(self, origin: Origin) -> HttpConnection | None:
        """The one that was used last, so that those which are not needed grow old."""
        kept = self._idle.get(origin)
        while kept:
            until, connection = kept.pop()
            if until >= self._clock() and connection.is_free:
                return connection
            connection.close()
        return None

    def _sweep_later(self) -> None:
        self._sweep = asyncio.get_running_loop().call_later(KEEP_ALIVE, self._close_idle)

    def _close_idle(self) -> None:
        self._sweep, now = None, self._clock()
        for origin, kept in tuple(self._idle.items()):
            for one in tuple(kept):
                until, connection = one
                if until < now or not connection.is_free:
                    kept.remove(one)
                    connection.close()
            if not kept:
                del self._idle[origin]
        if self._idle:
            self._sweep_later()


def _keep_alive(connection: HttpConnection) -> float:
    """For how long it may be used again."""
    said = connection.keep_alive
    return KEEP_ALIVE if said is None else min(said - MARGIN, KEEP_ALIVE)


async def _connect(origin: Origin, lookups: Lookups) -> HttpConnection:
    loop = asyncio.get_running_loop()
    found = await lookups.addresses(origin)
    connected = await start_connection(found, happy_eyeballs_delay=_NEXT_ADDRESS)
    try:
        _, connection = await loop.create_connection(
            HttpConnection,
            sock=connected,
            ssl=_tls() if origin.is_secure else None,
            server_hostname=origin.host.rstrip(".") if origin.is_secure else None,
        )
    except BaseException:
        connected.close()
        raise
    return connection


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context
