"""The HTTP server of the REST API: what does not even parse as HTTP is refused like all else.

Specification: rest-api sections 1.1 and 5.2.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest import answers

logger = logging.getLogger("webpubsub.service.rest")

Handler: TypeAlias = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class HttpServer(web.Server):
    """Makes a protocol for each TCP connection. ``max_head_bytes`` bounds a line of a head."""

    def __init__(self, handler: Handler, *, max_head_bytes: int) -> None:
        super().__init__(handler)
        self._options: dict[str, Any] = {
            "access_log": None,
            "max_line_size": max_head_bytes,
            "max_field_size": max_head_bytes,
        }

    def __call__(self) -> "HttpConnection":
        """A protocol for a new connection."""
        return HttpConnection(self, loop=asyncio.get_running_loop(), **self._options)


class HttpConnection(web.RequestHandler):
    """One connection, on which requests come one after another."""

    __slots__ = ()

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
