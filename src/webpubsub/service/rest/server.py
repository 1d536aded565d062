"""The HTTP server of the REST API: what does not even parse as HTTP is refused like all else.

Specification: rest-api sections 1.1 and 5.2.
"""

import logging

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from webpubsub.ingress.paced_http import Handler, PacedConnection, PacedServer
from webpubsub.protocol.refusals import rest as kinds
from webpubsub.service.rest import answers
from webpubsub.service.sweeper import Sweeper

logger = logging.getLogger("webpubsub.service.rest")


class HttpConnection(PacedConnection):
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


class HttpServer(PacedServer):
    """Makes a protocol for each TCP connection. ``max_head_bytes`` bounds a line of a head, and
    ``head_timeout`` the seconds that one may take, which go by ``sweeper``."""

    connection = HttpConnection

    def __init__(
        self, handler: Handler, *, max_head_bytes: int, head_timeout: float, sweeper: Sweeper
    ) -> None:
        super().__init__(
            handler,
            after=sweeper.after,
            head_seconds=head_timeout,
            access_log=None,
            max_line_size=max_head_bytes,
            max_field_size=max_head_bytes,
        )
