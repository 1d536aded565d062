"""A request and its response in the terms of ASGI, for functions that stream.

The function reads the body as it arrives; what it returns is an ASGI application, which sends the
response as it is made. A client that leaves ends the application. Specification: functions-python
section 2.5.
"""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import ExitStack, suppress
from typing import Any
from urllib.parse import unquote_to_bytes

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from multidict import CIMultiDict

from webpubsub.host.extensions.http.bodies import Body, BodyTooLarge, BodyTooSlow
from webpubsub.host.values import HttpExchange, HttpReply

#: Headers that frame a response on this connection; the listener sets them.
_FRAMING = frozenset({"connection", "transfer-encoding"})
_BODILESS = frozenset({204, 304})
#: How often a client is looked after that reads nothing and sends nothing.
_LOOK_SECONDS = 0.25

#: What becomes of a body that cannot be read to its end.
BODY_ERRORS = (
    BodyTooLarge,
    BodyTooSlow,
    web.RequestPayloadError,
    HttpProcessingError,
    ConnectionError,
)


class Exchange:
    """One request. ``finish`` adds the headers of the host to a response before it begins."""

    def __init__(
        self,
        request: web.BaseRequest,
        route_params: Mapping[str, str],
        *,
        max_body_bytes: int,
        finish: Callable[[web.StreamResponse], None],
    ) -> None:
        self._request = request
        self._finish = finish
        self._body = Body(request, max_body_bytes)
        self._is_read = False
        self._response: web.StreamResponse | None = None
        self.problem: Exception | None = None
        self.value = HttpExchange(
            scope=_scope(request, route_params), receive=self._receive, at_end=ExitStack()
        )

    @property
    def has_begun(self) -> bool:
        """Whether the client has got the head of a response."""
        return self._response is not None

    async def answer(self, reply: HttpReply) -> web.StreamResponse:
        """Send a response while it is made. Raises whatever makes it, and ConnectionError when the
        client has left."""
        sending = asyncio.ensure_future(
            reply.application(self.value.scope, self._receive, self._send)
        )
        leaving = asyncio.ensure_future(self._left())
        try:
            await asyncio.wait((sending, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
                with suppress(BaseException):
                    await sending
        if sending.cancelled():
            raise ConnectionResetError("the client has left")
        sending.result()
        if self._response is None:
            raise RuntimeError("the response has no beginning")
        return self._response

    def cut_off(self) -> None:
        """Let the client see that the response is not whole."""
        if self._request.transport is not None:
            self._request.transport.abort()

    async def _receive(self) -> Mapping[str, Any]:
        if self._is_read:
            await self._left()
            return {"type": "http.disconnect"}
        try:
            piece = await self._body.next_piece()
        except BODY_ERRORS as error:
            self.problem = error
            self._is_read = True
            return {"type": "http.disconnect"}
        self._is_read = not piece or self._body.is_complete
        return {"type": "http.request", "body": piece, "more_body": not self._is_read}

    async def _left(self) -> None:
        """aiohttp tells of a client that has left only those who read or write."""
        while self._is_there:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    @property
    def _is_there(self) -> bool:
        transport = self._request.transport
        return transport is not None and not transport.is_closing()

    async def _send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body":
            await self._continue(message)

    async def _begin(self, message: Mapping[str, Any]) -> None:
        headers: CIMultiDict[str] = CIMultiDict()
        for name, value in message.get("headers", ()):
            if name.lower().decode("latin-1") not in _FRAMING:
                headers.add(name.decode("latin-1"), value.decode("latin-1"))
        response = web.StreamResponse(status=message["status"], headers=headers)
        self._finish(response)
        await response.prepare(self._request)
        self._response = response

    async def _continue(self, message: Mapping[str, Any]) -> None:
        if self._response is None:
            raise RuntimeError("the response has a body before its beginning")
        body = message.get("body", b"")
        is_empty = self._request.method == "HEAD" or self._response.status in _BODILESS
        if body and not is_empty:
            await self._response.write(body)
        if not message.get("more_body", False):
            await self._response.write_eof()


def _scope(request: web.BaseRequest, route_params: Mapping[str, str]) -> dict[str, Any]:
    url = request.rel_url
    raw_path = url.raw_path.encode("ascii", "replace")
    version = request.version
    return {
        "type": "http",
        # From 2.4 on the one who sends is told of a client that has left, and nobody else listens.
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": f"{version.major}.{version.minor}",
        "method": request.method,
        "scheme": request.scheme,
        "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        "raw_path": raw_path,
        "root_path": "",
        "query_string": url.raw_query_string.encode("utf-8", "surrogateescape"),
        "headers": [(name.lower(), value) for name, value in request.raw_headers],
        "client": _address(request, "peername"),
        "server": _address(request, "sockname"),
        "path_params": dict(route_params),
        "state": {},
    }


def _address(request: web.BaseRequest, which: str) -> tuple[str, int] | None:
    found = request.get_extra_info(which)
    return (str(found[0]), int(found[1])) if isinstance(found, tuple) else None
