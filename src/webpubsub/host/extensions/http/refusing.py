"""How a request is turned away: the client sees a status, the log says why."""

import logging

from aiohttp import web

from webpubsub.host.extensions.http.whole_requests import Request
from webpubsub.protocol.refusals import Refusal

#: Why a request was turned away, for whoever looks.
REFUSAL = web.RequestKey("refusal", Refusal)

logger = logging.getLogger("webpubsub.host.http")


def refused(request: Request, refusal: Refusal, text: str = "") -> web.Response:
    """The answer to a request that is refused; the query, which may hold a key, is not logged."""
    request[REFUSAL] = refusal
    logger.warning("%s %s: %s", request.method, request.rel_url.raw_path, refusal.describe())
    return web.Response(status=refusal.kind.http_status or 500, text=text)
