"""Connections that aiohttp has taken over: their requests and answers, as those of the host.

Specification: functions-python section 5.2.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Any

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.refusing import failed
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.host.extensions.http.streams import Stream
from webpubsub.ingress.paced_http import PacedServer
from webpubsub.protocol.cloud_events.wire import by_name
from webpubsub.protocol.timers import Timers

#: Bytes of one header, as much as the server of Azure takes for all of them: tokens with many
#: groups are long.
_MOST_HEADER_BYTES = 32_768
#: How long a head may take from its first byte, as with the server of Azure (Kestrel's
#: ``RequestHeadersTimeout``).
HEAD_SECONDS = 30.0
#: aiohttp would take nothing for as long as it takes.
_AT_ONCE = 0.001


def _in_one_line(record: logging.LogRecord) -> bool:
    """A request that is no HTTP is the client's mistake: one line says it."""
    error = record.exc_info[1] if record.exc_info else None
    if isinstance(error, HttpProcessingError):
        record.exc_info = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        record.msg = f"{record.getMessage()}: it is no valid HTTP ({type(error).__name__})"
        record.args = None
    return True


logger = logging.getLogger("webpubsub.host.http.listener")
logger.addFilter(_in_one_line)


class HandedOver:
    """Those connections. ``handler`` answers the requests; how long their clients may take goes by
    ``timers``."""

    def __init__(self, handler: Handler, timers: Timers) -> None:
        self._handler = handler
        self._answering: set[asyncio.Task[Any]] = set()
        self._server = PacedServer(
            self._answer,
            after=timers.call_later,
            head_seconds=HEAD_SECONDS,
            access_log=None,
            auto_decompress=False,
            logger=logger,
            max_field_size=_MOST_HEADER_BYTES,
        )

    def take(self, transport: asyncio.Transport, data: bytes) -> None:
        """Take a connection over, with what has come."""
        protocol = self._server()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(data)

    def close_soon(self) -> Collection[asyncio.Task[Any]]:
        """Take no further request; what is being answered, which goes on."""
        self._server.pre_shutdown()
        return self._answering

    async def close(self, seconds: float) -> None:
        """Close the connections. One whose client still sends what nobody wants is given so long to
        see its answer."""
        await self._server.shutdown(max(seconds, _AT_ONCE))

    async def _answer(self, original: web.BaseRequest) -> web.StreamResponse:
        """What aiohttp is to send, or has sent by then."""
        if (task := asyncio.current_task()) is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        stream = Stream(original)
        request = _read(original, stream)
        try:
            answer = await self._handler(request)
        except Exception as error:
            answer = failed(request, error)
            if stream.response is not None:
                stream.cut_off()
        return stream.response or _response(answer)


def _read(original: web.BaseRequest, stream: Stream) -> Request:
    url = original.rel_url
    request = Request(
        original.method,
        url.raw_path,
        url.raw_query_string,
        original.host,
        original.raw_headers,
        {},
        stream.body,
        original.scheme,
        stream,
    )
    request.named = by_name(request.lines)
    return request


def _response(answer: Answer) -> web.Response:
    response = web.Response(status=answer.status, headers=list(answer.headers), body=answer.body)
    if answer.is_last:
        response.force_close()
    return response
