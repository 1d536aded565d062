"""The HTTP server of the REST API: what does not even parse as HTTP is refused like all else.

Specification: rest-api sections 1.1 and 5.2.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from webpubsub.protocol.pace import Pace
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest import answers
from webpubsub.service.sweeper import Sweeper

logger = logging.getLogger("webpubsub.service.rest")

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class HttpServer(web.Server):
    """Makes a protocol for each TCP connection. ``max_head_bytes`` bounds a line of a head, and
    ``head_timeout`` the seconds that one may take, which go by ``sweeper``."""

    def __init__(
        self, handler: Handler, *, max_head_bytes: int, head_timeout: float, sweeper: Sweeper
    ) -> None:
        super().__init__(handler)
        self.head_timeout = head_timeout
        self.sweeper = sweeper
        self._options: dict[str, Any] = {
            "access_log": None,
            "max_line_size": max_head_bytes,
            "max_field_size": max_head_bytes,
        }

    def __call__(self) -> "HttpConnection":
        """A protocol for a new connection."""
        return HttpConnection(self, loop=asyncio.get_running_loop(), **self._options)


class HttpConnection(web.RequestHandler):
    """One connection, on which requests come one after another. Its client has to keep pace."""

    __slots__ = ("_pace", "_server")

    def __init__(self, server: HttpServer, **options: Any) -> None:
        super().__init__(server, **options)
        self._server = server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        server, way = self._server, cast("asyncio.Transport", transport)
        self._pace = Pace(way, server.sweeper.after, server.head_timeout)
        super().connection_made(transport)

    def connection_lost(self, exc: BaseException | None) -> None:
        self._pace.end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """What is no request, and no body of one, is a part of a head."""
        super().data_received(data)
        if self._messages:
            self._pace.end_head()
        elif self._waiter is not None or not self._request_count:
            self._pace.begin_head()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._pace.begin_reading()

    def resume_writing(self) -> None:
        self._pace.end_reading()
        super().resume_writing()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to what is no request; the connection ends with it."""
        if not isinstance(exc, HttpProcessingError):
            return super().handle_error(request, status, exc, message)
        # The parser points at the place with several lines.
        seen = (message or "").strip().partition("\n")[0].rstrip(":")
        refusal = kinds.REQUEST_INVALID.refuse(seen, f"The request is not valid HTTP: {seen}.")
        logger.warning("%s", refusal.describe())
        response = answers.refused(refusal)
        response.force_close()
        return response
