"""Requests that aiohttp reads, and their answers, as those of the host.

Specification: functions-python section 5.2.
"""

from aiohttp import web

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.refusing import failed
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.host.extensions.http.streams import Stream
from webpubsub.protocol.cloud_events.wire import by_name


async def answered(original: web.BaseRequest, handler: Handler) -> web.StreamResponse:
    """What aiohttp is to send, or has sent by then."""
    stream = Stream(original)
    request = _read(original, stream)
    try:
        answer = await handler(request)
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
