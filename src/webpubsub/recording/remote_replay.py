"""A replay against a service elsewhere, of which clients alone are seen.

What a client is told comes some time after it has done something, and nothing says that it was all.
So the next thing is done once an ack that was asked for is there, and then nobody has been told
anything for a while.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from webpubsub.recording import received
from webpubsub.recording.clients import Clients, Listener
from webpubsub.recording.names import Names
from webpubsub.recording.received import Received
from webpubsub.recording.recorder import Entry
from webpubsub.recording.views import Views

logger = logging.getLogger("webpubsub.recording")

_ACK_SECONDS: Final = 10.0
_LONGEST: Final = 120.0


class RemoteReplay(Listener):
    """Replays against the service at ``endpoint``; ``entries`` is what its clients see of it.

    ``pause`` is for how many seconds nobody must have been told anything.
    """

    def __init__(self, endpoint: str, key: str, *, pause: float) -> None:
        self._names = Names()
        self._clients = Clients(endpoint, key, self._names, self)
        self._views = Views(self._names)
        self._pause = pause
        self._step = 0
        self._last = time.monotonic()
        self._awaited: tuple[str, int] | None = None

    @property
    def requests(self) -> int:
        """How many were made."""
        return self._clients.requests

    @property
    def entries(self) -> list[Entry]:
        """What clients have been told, in the form of those of a recording."""
        return self._views.entries

    async def run(self, recording: Sequence[Mapping[str, Any]]) -> None:
        """Do everything again, in order. Raises ServiceAway."""
        async with self._clients:
            for entry in recording:
                if "step" in entry:
                    self._step = entry["step"]
                    self._views.meet(entry)
                    request = await self._clients.do(entry)
                    ack_id = getattr(request, "ack_id", None)
                    self._awaited = None if ack_id is None else (entry["client"], ack_id)
                    await self._until_quiet()

    # What clients are told

    def told(self, client: str, what: Received) -> None:
        """Keep it."""
        self._last = time.monotonic()
        if what.kind == received.CONNECTED:
            self._names.call(client, what.value.get("connectionId", ""))
        elif what.kind == received.ACK and self._awaited == (client, what.value.get("ackId")):
            self._awaited = None
        self._views.told(client, what, self._step)

    def turned_away(self, client: str, status: int) -> None:
        """Keep it."""
        self._views.turned_away(client, status, self._step)

    def left_alone(self, client: str) -> None:
        """Keep it; an ack will not come any more."""
        self._last = time.monotonic()
        if self._awaited is not None and self._awaited[0] == client:
            self._awaited = None
        self._views.left_alone(client, self._step)

    async def _until_quiet(self) -> None:
        self._last = begin = time.monotonic()
        while self._awaited or time.monotonic() - self._last < self._pause:
            seconds = time.monotonic() - begin
            if seconds > _ACK_SECONDS:
                self._awaited = None
            if seconds > _LONGEST:
                logger.warning("clients are still told things after %g seconds", _LONGEST)
                return
            await asyncio.sleep(self._pause / 4)
