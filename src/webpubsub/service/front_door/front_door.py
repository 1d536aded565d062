"""One port for HTTP and WebSockets.

The head of the first request on a TCP connection decides who takes the connection over: clients of
the real-time service are received here, because their handshake has to be awaited before it is
answered; everything else goes to aiohttp as it came. A handshake that aiohttp meets later, because
the connection has been kept alive, comes back to a door of its own.
"""

import asyncio
import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import cast

import msgspec
from aiohttp import web

from webpubsub.ingress.turnstile import Turnstile
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.service.front_door.reception import Reception
from webpubsub.service.front_door.request_head import RequestHead, parse_head
from webpubsub.service.front_door.responses import refusal_response
from webpubsub.service.sweeper import Deadline
from webpubsub.service.websockets.lingering import Lingering
from webpubsub.service.websockets.websocket import WebSocket

_END_OF_HEAD = b"\r\n\r\n"


class Route(Enum):
    """Who takes a connection over."""

    CLIENT = auto()
    RESERVED = auto()
    HTTP = auto()


_ROUTES: Mapping[Route, re.Pattern[str]] = {
    Route.CLIENT: re.compile(r"/client(/|/hubs/[^/]*/?)?"),
    Route.RESERVED: re.compile(r"/(clients|server)(/.*)?"),
}


def route_of(path: str) -> Route:
    """Who takes a connection over whose first request is for this path."""
    for route, pattern in _ROUTES.items():
        if pattern.fullmatch(path):
            return route
    return Route.HTTP


def path_reserved(path: str) -> Refusal:
    """Nobody takes a connection over for this path."""
    text = "This path is reserved for client kinds that are not supported yet."
    return kinds.PATH_RESERVED.refuse(path, text)


class House(msgspec.Struct, kw_only=True):
    """What is behind the door, and who is still standing in it. Clients that arrive and requests
    over HTTP have to wait for their turns."""

    reception: Reception
    http: web.Server
    arrivals: Turnstile
    requests: Turnstile
    waiting: set["FrontDoor"] = msgspec.field(default_factory=set)
    handshakes: set[asyncio.Task[WebSocket]] = msgspec.field(default_factory=set)
    is_closed: bool = False

    @property
    def is_idle(self) -> bool:
        """Whether nobody waits to be let in."""
        return self.arrivals.is_free and not self.handshakes

    def door(self) -> "FrontDoor":
        """A protocol for a new connection."""
        return FrontDoor(self)

    async def close(self) -> None:
        """Let nobody in any more, and send those away who have begun to come."""
        self.is_closed = True
        for door in tuple(self.waiting):
            door.abort()
        late = tuple(self.handshakes)
        for handshake in late:
            handshake.cancel()
        await asyncio.gather(*late, return_exceptions=True)


class FrontDoor(asyncio.Protocol):
    """Reads one request head, bounded in size and time, and hands the connection over; a client has
    to wait for its turn.

    While it does, and while the application is asked about it, its transport is still read from,
    because that is how one notices that it has gone: then nobody needs the answer any more.
    """

    __slots__ = (
        "_deadline",
        "_handshake",
        "_house",
        "_is_queued",
        "_lost",
        "_received",
        "_settings",
        "_transport",
    )

    def __init__(self, house: House) -> None:
        self._house = house
        self._settings = house.reception.settings
        self._received = bytearray()
        self._deadline: Deadline | None = None
        self._is_queued = False
        self._handshake: asyncio.Task[WebSocket] | None = None
        self._lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Wait for the head, but not for ever."""
        self._transport = transport = cast("asyncio.Transport", transport)
        self._house.waiting.add(self)
        sweeper = self._house.reception.opening.sweeper
        self._deadline = sweeper.after(self._settings.head_timeout, transport.abort)
        if self._house.is_closed:
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone before anybody took the connection over."""
        self._lost = True
        self._step_aside()
        if self._handshake is not None:
            self._handshake.cancel()

    def data_received(self, data: bytes) -> None:
        """Look for the end of the head, or keep what comes ahead of the answer to it."""
        if self._is_queued or self._handshake is not None:
            self._keep(data)
            return
        searched = max(0, len(self._received) - len(_END_OF_HEAD) + 1)
        self._received += data
        end = self._received.find(_END_OF_HEAD, searched)
        limit = self._settings.max_head_bytes
        if (len(self._received) if end < 0 else end) > limit:
            self._turn_away(kinds.HEAD_TOO_LARGE.refuse(f"more than {limit} bytes"))
        elif end >= 0:
            received = bytes(self._received)
            self._step_aside()
            self._hand_over(received[:end], received[end + len(_END_OF_HEAD) :])

    def abort(self) -> None:
        """Send the client away without a word."""
        self._transport.abort()

    def _hand_over(self, raw: bytes, tail: bytes) -> None:
        try:
            head = parse_head(raw)
        except ValueError as error:
            self._turn_away(kinds.HEAD_INVALID.refuse(str(error), f"Bad request: {error}."))
            return
        match route_of(head.path):
            case Route.CLIENT:
                self._queue(head, tail)
            case Route.RESERVED:
                self._turn_away(path_reserved(head.path), head)
            case Route.HTTP:
                self._hand_to_http(raw + _END_OF_HEAD + tail)

    def _hand_to_http(self, received: bytes) -> None:
        handler = self._house.http()
        self._transport.set_protocol(handler)
        handler.connection_made(self._transport)
        handler.data_received(received)

    def _queue(self, head: RequestHead, tail: bytes) -> None:
        self._is_queued = True
        self._house.waiting.add(self)
        self._keep(tail)
        self._house.arrivals.wait(lambda: self._receive(head))

    def _receive(self, head: RequestHead) -> None:
        self._is_queued = False
        self._house.waiting.discard(self)
        if self._lost or self._transport.is_closing():
            return
        try:
            arrival = self._house.reception.receive(head, self._transport, self._received)
        except Refused as error:
            self._refuse(error.refusal)
            return
        if isinstance(arrival, WebSocket):
            self._received = bytearray()
            return
        self._handshake = asyncio.get_running_loop().create_task(arrival)
        self._house.handshakes.add(self._handshake)
        self._handshake.add_done_callback(self._part)

    def _keep(self, data: bytes) -> None:
        """A client that sends too much ahead has to wait, and is not seen to go any more."""
        self._received += data
        if len(self._received) > self._settings.max_waiting_bytes:
            self._transport.pause_reading()

    def _part(self, handshake: asyncio.Task[WebSocket]) -> None:
        self._house.handshakes.discard(handshake)
        self._handshake = None
        self._received = bytearray()
        try:
            websocket = handshake.result()
        except Refused as error:
            self._refuse(error.refusal)
        except asyncio.CancelledError:
            self.abort()
        else:
            if self._lost:
                # Somebody has answered in spite of the cancellation, so the application must be
                # told.
                websocket.on_lost()

    def _turn_away(self, refusal: Refusal, head: RequestHead | None = None) -> None:
        """Refuse what is no handshake of a client."""
        path, headers = ("", ()) if head is None else (head.path, head.headers)
        self._house.reception.turn_away(refusal, path, headers)
        self._refuse(refusal)

    def _refuse(self, refusal: Refusal) -> None:
        self._step_aside()
        transport = self._transport
        if self._lost or transport.is_closing():
            return
        sweeper = self._house.reception.opening.sweeper
        deadline = sweeper.after(self._settings.close_timeout, transport.abort)
        transport.set_protocol(Lingering(deadline.cancel))
        transport.write(refusal_response(refusal))
        transport.write_eof()
        transport.resume_reading()

    def _step_aside(self) -> None:
        # The event loop keeps the first protocol of a transport for as long as the transport.
        self._received = bytearray()
        self._house.waiting.discard(self)
        if self._deadline is not None:
            self._deadline.cancel()
