"""Requests after the first on a connection that is kept alive.

The front door has read the first head and handed the connection to HTTP. A reverse proxy that keeps
connections for reuse may send a client's handshake on such a one, so the HTTP server asks here
first, and a handshake has its connection handed back to a front door, with all that came behind it.
Specification: client-protocols sections 1.1 and 1.4.
"""

from collections.abc import Awaitable, Callable

from aiohttp import hdrs, web
from aiohttp.abc import AbstractStreamWriter

from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.service.front_door.front_door import House, Route, path_reserved, route_of
from webpubsub.service.front_door.request_head import path_of


class KeptAlive:
    """The handler of an aiohttp ``web.Server`` that leaves what is HTTP to ``http``. ``house``
    gives what is behind the front door."""

    def __init__(
        self,
        http: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        house: Callable[[], House],
    ) -> None:
        self._http = http
        self._house = house

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request in its turn, or give its connection away."""
        requests = self._house().requests
        if not requests.take():
            await requests.turn()
        try:
            path = path_of(request.raw_path)
        except ValueError:
            path = ""  # HTTP says what is wrong with it
        match route_of(path):
            case Route.HTTP:
                return await self._http(request)
            case Route.RESERVED:
                return self._refuse(request, path_reserved(path))
            case Route.CLIENT:
                return await self._receive(request)

    async def _receive(self, request: web.BaseRequest) -> web.StreamResponse:
        if not _is_handshake(request):
            seen = f"{request.method} on a connection that is kept alive"
            text = "This is not a WebSocket handshake."
            return self._refuse(request, kinds.NOT_AN_UPGRADE.refuse(seen, text))
        # What waits to be read by the client would go uncounted from here on.
        await request.writer.drain()
        if request.transport is not None:
            self._hand_back(request)
        return _Nothing()

    def _refuse(self, request: web.BaseRequest, refusal: Refusal) -> web.Response:
        path, headers = path_of(request.raw_path), request.headers.items()
        self._house().reception.turn_away(refusal, path, headers)
        response = web.Response(status=refusal.kind.http_status or 500, text=refusal.wire_message)
        response.force_close()
        return response

    def _hand_back(self, request: web.BaseRequest) -> None:
        protocol, transport = request.protocol, request.transport
        assert transport is not None  # noqa: S101
        behind = _Behind()
        protocol.set_parser(behind)  # type: ignore[arg-type]
        # So that the HTTP server forgets the connection without closing it.
        protocol.transport = None
        protocol.connection_lost(None)
        door = self._house().door()
        transport.set_protocol(door)
        door.connection_made(transport)
        door.data_received(_head_of(request) + behind.data)


class _Behind:
    """Takes what came behind a handshake, in the place of a parser of it."""

    def __init__(self) -> None:
        self.data = b""

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self.data += data
        return False, b""

    def feed_eof(self) -> None:
        """There is no more of it."""


class _Nothing(web.StreamResponse):
    """The answer to a request whose connection has been given away."""

    async def prepare(self, request: web.BaseRequest) -> AbstractStreamWriter | None:
        return None

    async def write_eof(self, data: bytes = b"") -> None:
        """There is nobody to write to."""


def _is_handshake(request: web.BaseRequest) -> bool:
    """Whether the HTTP parser has stopped behind this head, as it does for a WebSocket."""
    tokens = {one.strip() for one in request.headers.get(hdrs.CONNECTION, "").lower().split(",")}
    upgrade = request.headers.get(hdrs.UPGRADE, "").lower()
    return upgrade == "websocket" and "upgrade" in tokens and not request.body_exists


def _head_of(request: web.BaseRequest) -> bytes:
    """The head as it came."""
    version = request.version
    first = f"{request.method} {request.raw_path} HTTP/{version.major}.{version.minor}\r\n"
    lines = (name + b": " + value + b"\r\n" for name, value in request.raw_headers)
    return first.encode(errors="surrogateescape") + b"".join(lines) + b"\r\n"
