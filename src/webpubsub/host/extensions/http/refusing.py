"""How a request is turned away: the client sees a status, the log says why."""

import logging

from webpubsub.host.extensions.http.answers import Answer, text_answer
from webpubsub.host.extensions.http.requests import Request
from webpubsub.protocol.refusals import Refusal

logger = logging.getLogger("webpubsub.host.http")


def refused(request: Request, refusal: Refusal, text: str = "") -> Answer:
    """The answer to a request that is refused; the query, which may hold a key, is not logged."""
    request.refusal = refusal
    logger.warning("%s %s: %s", request.method, request.raw_path, refusal.describe())
    return text_answer(refusal.kind.http_status or 500, text)


def failed(request: Request, error: Exception) -> Answer:
    """The answer to a request over which the host has made a mistake, the last one."""
    logger.error("%s %s cannot be answered", request.method, request.raw_path, exc_info=error)
    answer = text_answer(500, "The host failed, and its log says why.")
    answer.is_last = True
    return answer
