"""Has clients do again what they did in a recording, one thing after the other.

Every client is a WebSocket client of a service, which is watched meanwhile: the next thing is done
once all that the one before has brought about is over. Clients that spoke protobuf speak JSON now.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

import aiohttp
import msgspec

from webpubsub.protocol.access_tokens import sign
from webpubsub.protocol.clients.codec import FrameKind
from webpubsub.protocol.clients.json import RELIABLE_SUBPROTOCOL, SUBPROTOCOL
from webpubsub.protocol.clients.protobuf import RELIABLE_SUBPROTOCOL as RELIABLE_PROTOBUF
from webpubsub.protocol.clients.protobuf import SUBPROTOCOL as PROTOBUF
from webpubsub.protocol.observation import Sighting
from webpubsub.recording.client_frames import json_frame, simple_frame
from webpubsub.recording.plain import NotARequest, request_of
from webpubsub.recording.recorder import Entry, Recorder
from webpubsub.service import observation as seen
from webpubsub.service.service import Service

logger = logging.getLogger("webpubsub.recording")

#: Spoken instead: what is recorded is whole messages, which need no second coming.
_SPOKEN: Final = {
    PROTOBUF: SUBPROTOCOL,
    RELIABLE_PROTOBUF: SUBPROTOCOL,
    RELIABLE_SUBPROTOCOL: SUBPROTOCOL,
}
_TOKEN_SECONDS: Final = 3600
#: How long nothing must have passed, and for how long that is waited for at most.
_QUIET: Final = 0.02
_LONGEST: Final = 120.0
_CLOSE_SECONDS: Final = 5.0

Socket = aiohttp.ClientWebSocketResponse


class Replay:
    """Replays against a service that runs; ``entries`` is what it makes then, as recorded."""

    def __init__(self, service: Service, key: str) -> None:
        self.entries: list[Entry] = []
        self.requests = 0
        self._service = service
        self._key = key
        self._recorder = Recorder(self._keep)
        self._sockets: dict[str, Socket] = {}
        self._readers: set[asyncio.Task[None]] = set()
        self._pending = 0
        self._last = time.monotonic()
        self._do: Mapping[str, Callable[[Mapping[str, Any]], Any]] = {
            "connect": self._connect,
            "request": self._request,
            "ended": self._end,
        }

    async def run(self, recording: Sequence[Mapping[str, Any]]) -> None:
        """Do everything again, in order."""
        detach = self._service.point.attach(self._watch)
        try:
            async with aiohttp.ClientSession(max_line_size=65_536) as self._http:
                for entry in recording:
                    if "step" in entry:
                        self._recorder.expect(entry)
                        await self._do[entry["kind"]](entry)
                        await self._until_quiet()
                detach()  # those who stayed to the end of the recording leave unseen
                for name in tuple(self._sockets):
                    await self._close(name)
        finally:
            detach()

    async def _connect(self, entry: Mapping[str, Any]) -> None:
        subprotocols = [_SPOKEN.get(name.lower(), name) for name in entry["subprotocols"]]
        try:
            socket = await self._http.ws_connect(
                f"{self._service.endpoint}/client/hubs/{entry['hub']}",
                params=[*_pairs(entry["query"]), ("access_token", self._token(entry))],
                headers=_pairs(entry["headers"]),
                protocols=list(dict.fromkeys(subprotocols)),
                max_msg_size=0,
                autoping=True,
            )
        except aiohttp.WSServerHandshakeError:
            return  # as the answer to its event shows
        self._sockets[entry["client"]] = socket
        reader = asyncio.create_task(_read(socket))
        self._readers.add(reader)
        reader.add_done_callback(self._readers.discard)

    async def _request(self, entry: Mapping[str, Any]) -> None:
        socket = self._sockets.get(entry["client"])
        if socket is None or socket.closed:
            return
        text = msgspec.json.encode(entry["request"]).decode()
        text = self._recorder.names.in_place_of_names(text)
        try:
            request = request_of(msgspec.json.decode(text))
        except NotARequest as problem:
            logger.warning("not replayed, as it cannot be read: %s", problem)
            return
        make = json_frame if socket.protocol == SUBPROTOCOL else simple_frame
        frame = make(request)
        if frame is None:
            return
        self.requests += 1
        kind = aiohttp.WSMsgType.TEXT if frame.kind is FrameKind.TEXT else aiohttp.WSMsgType.BINARY
        with suppress(ConnectionError):
            await socket.send_frame(frame.payload, kind)

    async def _end(self, entry: Mapping[str, Any]) -> None:
        await self._close(entry["client"])

    async def _close(self, name: str) -> None:
        socket = self._sockets.pop(name, None)
        if socket is not None:
            with suppress(TimeoutError):
                await asyncio.wait_for(socket.close(), _CLOSE_SECONDS)

    def _token(self, entry: Mapping[str, Any]) -> str:
        """For the same user, roles, groups and whatever else the client's token said."""
        hub, now = entry["hub"], int(time.time())
        claims = {name: one[0] if len(one) == 1 else one for name, one in entry["claims"].items()}
        times = {"iat": now, "exp": now + _TOKEN_SECONDS}
        audience = f"{self._service.endpoint}/client/hubs/{hub}"
        return sign({**claims, **times, "aud": audience}, self._key)

    def _keep(self, text: str) -> None:
        self.entries.append(msgspec.json.decode(text, type=dict[str, Any]))

    def _watch(self, sighting: Sighting[seen.Observed], /) -> None:
        self._last = time.monotonic()
        if isinstance(sighting.item, seen.EventRaised):
            self._pending += 1
        elif isinstance(sighting.item, seen.EventAnswered):
            self._pending -= 1
        self._recorder(sighting)

    async def _until_quiet(self) -> None:
        """Nothing has passed for a moment, and no event is being answered."""
        self._last = begin = time.monotonic()
        while self._pending or time.monotonic() - self._last < _QUIET:
            if time.monotonic() - begin > _LONGEST:
                logger.warning("an event is still being answered after %g seconds", _LONGEST)
                return
            await asyncio.sleep(_QUIET / 2)


async def _read(socket: Socket) -> None:
    """Take what comes, so that the service can send on."""
    async for _ in socket:
        pass


def _pairs(query: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.items() for value in values]
