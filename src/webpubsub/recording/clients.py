"""The clients of a recording, who do again what they did, in the protocols that they spoke."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Any, Final, Self

import aiohttp
import msgspec

from webpubsub.protocol.access_tokens import sign
from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.clients.requests import ClientRequest, SequenceAck
from webpubsub.recording.client_frames import client_frame
from webpubsub.recording.names import Names
from webpubsub.recording.plain import NotARequest, request_of
from webpubsub.recording.received import Received, received

logger = logging.getLogger("webpubsub.recording")

_TOKEN_SECONDS: Final = 3600
_CLOSE_SECONDS: Final = 5.0
#: What a close frame has room for (RFC 6455 section 5.5.1).
_MOST_REASON_BYTES: Final = 123
_KINDS: Final = {aiohttp.WSMsgType.TEXT: FrameKind.TEXT, aiohttp.WSMsgType.BINARY: FrameKind.BINARY}

Socket = aiohttp.ClientWebSocketResponse


class ServiceAway(Exception):
    """A service does not answer at all; the text is one line that says why."""


class Listener:
    """Who wants to know what clients are told may do more than nothing."""

    def told(self, client: str, what: Received) -> None:
        """A client is told something."""

    def turned_away(self, client: str, status: int) -> None:
        """A client was not let in."""

    def left_alone(self, client: str) -> None:
        """The service has closed the connection of a client."""


class Clients:
    """Clients of the service at ``endpoint``, which takes tokens that ``key`` signs.

    ``names`` are what the recording calls connections; ``requests`` counts what was asked for.
    """

    def __init__(self, endpoint: str, key: str, names: Names, listener: Listener) -> None:
        self.requests = 0
        self._endpoint = endpoint
        self._key = key
        self._names = names
        self._listener = listener
        self._here: dict[str, _Client] = {}

    async def __aenter__(self) -> Self:
        self._http = aiohttp.ClientSession(max_line_size=65_536)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for name in tuple(self._here):
            await self._leave(name, "")
        await self._http.close()

    async def do(self, entry: Mapping[str, Any]) -> ClientRequest | None:
        """One step of a recording; the request that was made, if it was one. Raises ServiceAway."""
        if entry["kind"] == "connect":
            await self._connect(entry)
        elif entry["kind"] == "ended":
            await self._leave(entry["client"], entry["reason"])
        else:
            return await self._request(entry)
        return None

    async def _connect(self, entry: Mapping[str, Any]) -> None:
        name = entry["client"]
        try:
            socket = await self._http.ws_connect(
                f"{self._endpoint}/client/hubs/{entry['hub']}",
                params=[*_pairs(entry["query"]), ("access_token", self._token(entry))],
                headers=_pairs(entry["headers"]),
                protocols=entry["subprotocols"],
                max_msg_size=0,
                autoping=True,
            )
        except aiohttp.WSServerHandshakeError as refused:
            self._listener.turned_away(name, refused.status)
        except (aiohttp.ClientError, OSError) as problem:
            raise ServiceAway(f"{self._endpoint} does not answer: {problem}") from None
        else:
            self._here[name] = _Client(name, socket, self._listener)

    async def _request(self, entry: Mapping[str, Any]) -> ClientRequest | None:
        client = self._here.get(entry["client"])
        if client is None or client.socket.closed:
            return None
        text = msgspec.json.encode(entry["request"]).decode()
        try:
            request = request_of(msgspec.json.decode(self._names.in_place_of_names(text)))
        except NotARequest as problem:
            logger.warning("not replayed, as it cannot be read: %s", problem)
            return None
        if not await client.ask(request):
            return None
        self.requests += 1
        return request

    async def _leave(self, name: str, reason: str) -> None:
        client = self._here.pop(name, None)
        if client is not None:
            await client.leave(reason)

    def _token(self, entry: Mapping[str, Any]) -> str:
        """For the same user, roles, groups and whatever else the client's token said."""
        hub, now = entry["hub"], int(time.time())
        claims = {name: one[0] if len(one) == 1 else one for name, one in entry["claims"].items()}
        times = {"iat": now, "exp": now + _TOKEN_SECONDS}
        audience = f"{self._endpoint}/client/hubs/{hub}"
        return sign({**claims, **times, "aud": audience}, self._key)


class _Client:
    """One that was let in."""

    def __init__(self, name: str, socket: Socket, listener: Listener) -> None:
        self.socket = socket
        self._name = name
        self._listener = listener
        self._codec: ClientCodec = codec_for(socket.protocol)
        self._last_sequence_id = 0
        self._leaves = False
        self._reader = asyncio.create_task(self._read())

    async def ask(self, request: ClientRequest) -> bool:
        """Send a request, if there is anything to be sent."""
        if isinstance(request, SequenceAck):
            # Of what it got now, whatever it got then.
            request = SequenceAck(sequence_id=self._last_sequence_id)
        frame = client_frame(request, self._codec)
        if frame is None or request == SequenceAck(sequence_id=0):
            return False
        is_text = frame.kind is FrameKind.TEXT
        with suppress(ConnectionError):
            kind = aiohttp.WSMsgType.TEXT if is_text else aiohttp.WSMsgType.BINARY
            await self.socket.send_frame(frame.payload, kind)
        return True

    async def leave(self, reason: str) -> None:
        """Close the connection for good, so that the application is given this reason."""
        self._leaves = True
        with suppress(TimeoutError):
            message = reason.encode()[:_MOST_REASON_BYTES].decode(errors="ignore").encode()
            await asyncio.wait_for(self.socket.close(message=message), _CLOSE_SECONDS)
        await self._reader

    async def _read(self) -> None:
        async for message in self.socket:
            kind = _KINDS.get(message.type)
            if kind is not None:
                data = message.data
                frame = Frame(kind, data.encode() if isinstance(data, str) else data)
                self._take(received(frame, self._codec))
        if not self._leaves:
            self._listener.left_alone(self._name)

    def _take(self, what: Received) -> None:
        if what.sequence_id is not None:
            self._last_sequence_id = max(self._last_sequence_id, what.sequence_id)
        self._listener.told(self._name, what)


def _pairs(query: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, values in query.items() for value in values]
