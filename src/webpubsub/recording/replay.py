"""Has clients do again what they did in a recording, one thing after the other.

The service that they are clients of is watched meanwhile: the next thing is done once all that the
one before has brought about is over.
"""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from webpubsub.protocol.observation import Sighting
from webpubsub.recording.clients import Clients, Listener
from webpubsub.recording.recorder import Entry, Recorder
from webpubsub.service import observation as seen
from webpubsub.service.service import Service

logger = logging.getLogger("webpubsub.recording")

#: What shows that the service has seen to what a client has done.
_DONE: Final[Mapping[str, tuple[type[seen.Observed], ...]]] = {
    "connect": (seen.HandshakeAccepted, seen.HandshakeRefused),
    "request": (seen.RequestHandled,),
    "ended": (seen.SessionEnded,),
}
#: How long nothing must have passed when that is known, and when it is not, and for how long it is
#: waited for at most.
_SETTLED: Final = 0.002
_QUIET: Final = 0.02
_LONGEST: Final = 120.0


class Replay:
    """Replays against a service that runs here; ``entries`` is what it makes then, as recorded."""

    def __init__(self, service: Service, key: str) -> None:
        self.entries: list[Entry] = []
        self._service = service
        self._recorder = Recorder(self._keep)
        self._clients = Clients(service.endpoint, key, self._recorder.names, Listener())
        self._pending = 0
        self._awaited: tuple[type[seen.Observed], ...] = ()
        self._last = time.monotonic()

    @property
    def requests(self) -> int:
        """How many were made."""
        return self._clients.requests

    async def run(self, recording: Sequence[Mapping[str, Any]]) -> None:
        """Do everything again, in order."""
        detach = self._service.point.attach(self._watch)
        try:
            async with self._clients:
                for entry in recording:
                    if "step" in entry:
                        self._recorder.expect(entry)
                        self._awaited = _DONE[entry["kind"]]
                        await self._clients.do(entry)
                        await self._until_quiet()
                detach()  # those who stayed to the end of the recording leave unseen
        finally:
            detach()

    def _keep(self, text: str) -> None:
        self.entries.append(msgspec.json.decode(text, type=dict[str, Any]))

    def _watch(self, sighting: Sighting[seen.Observed], /) -> None:
        self._last = time.monotonic()
        if isinstance(sighting.item, seen.EventRaised):
            self._pending += 1
        elif isinstance(sighting.item, seen.EventAnswered):
            self._pending -= 1
        if isinstance(sighting.item, self._awaited):
            self._awaited = ()
        self._recorder(sighting)

    async def _until_quiet(self) -> None:
        """Nothing has passed for a moment, and no event is being answered."""
        self._last = begin = time.monotonic()
        while self._pending or time.monotonic() - self._last < self._needed():
            if time.monotonic() - begin > _LONGEST:
                logger.warning("an event is still being answered after %g seconds", _LONGEST)
                return
            await asyncio.sleep(_SETTLED / 2)

    def _needed(self) -> float:
        return _QUIET if self._awaited else _SETTLED
