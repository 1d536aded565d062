"""Connections that aiohttp has taken over: their requests and answers, as those of the host.

Specification: functions-python section 5.2.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection
from typing import Any, cast

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.refusing import failed
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.host.extensions.http.streams import Stream
from webpubsub.protocol.cloud_events.wire import by_name
from webpubsub.protocol.pace import Pace
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
        self._server = _Server(
            self._answer,
            timers,
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


class _Server(web.Server):
    def __init__(
        self,
        handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
        timers: Timers,
        **options: Any,
    ) -> None:
        super().__init__(handler)
        self.timers = timers
        self._options = options

    def __call__(self) -> "_Connection":
        return _Connection(self, loop=asyncio.get_running_loop(), **self._options)


class _Connection(web.RequestHandler):
    """One whose client has to keep pace."""

    __slots__ = ("_pace", "_timers")

    def __init__(self, server: _Server, **options: Any) -> None:
        super().__init__(server, **options)
        self._timers = server.timers

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        way = cast("asyncio.Transport", transport)
        self._pace = Pace(way, self._timers.call_later, HEAD_SECONDS)
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
