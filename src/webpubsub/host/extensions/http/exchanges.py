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

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.bodies import BodyError
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.values import HttpExchange, HttpReply

#: Headers that frame a response on this connection; the listener sets them.
_FRAMING = frozenset({b"connection", b"transfer-encoding"})
#: How often a client is looked after that reads nothing and sends nothing.
_LOOK_SECONDS = 0.25


class Exchange:
    """One request. ``finish`` adds the headers of the host to a response before it begins."""

    def __init__(
        self,
        request: Request,
        route_params: Mapping[str, str],
        *,
        max_body_bytes: int,
        finish: Callable[[Answer], None],
    ) -> None:
        self._stream = request.stream
        self._finish = finish
        self._max_body_bytes = max_body_bytes
        self._is_read = False
        self.problem: Exception | None = None
        self.value = HttpExchange(
            scope=_scope(request, route_params), receive=self._receive, at_end=ExitStack()
        )

    @property
    def has_begun(self) -> bool:
        """Whether the client has got the head of a response."""
        return self._stream.begun is not None

    async def answer(self, reply: HttpReply) -> Answer:
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
        if self._stream.begun is None:
            raise RuntimeError("the response has no beginning")
        return self._stream.begun

    def cut_off(self) -> None:
        """Let the client see that the response is not whole."""
        self._stream.cut_off()

    async def _receive(self) -> Mapping[str, Any]:
        if self._is_read:
            await self._left()
            return {"type": "http.disconnect"}
        try:
            piece = await self._stream.body.next_piece(self._max_body_bytes)
        except BodyError as error:
            self.problem = error
            self._is_read = True
            return {"type": "http.disconnect"}
        self._is_read = not piece or self._stream.body.is_complete
        return {"type": "http.request", "body": piece, "more_body": not self._is_read}

    async def _left(self) -> None:
        """aiohttp tells of a client that has left only those who read or write."""
        while self._stream.is_there:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)

    async def _send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif message["type"] == "http.response.body":
            await self._continue(message)

    async def _begin(self, message: Mapping[str, Any]) -> None:
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in message.get("headers", ())
            if name.lower() not in _FRAMING
        ]
        answer = Answer(message["status"], headers)
        self._finish(answer)
        await self._stream.begin(answer)

    async def _continue(self, message: Mapping[str, Any]) -> None:
        await self._stream.write(message.get("body", b""))
        if not message.get("more_body", False):
            await self._stream.end()


def _scope(request: Request, route_params: Mapping[str, str]) -> dict[str, Any]:
    raw_path = request.raw_path.encode("ascii", "replace")
    stream = request.stream
    return {
        "type": "http",
        # From 2.4 on the one who sends is told of a client that has left, and nobody else listens.
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": stream.version,
        "method": request.method,
        "scheme": request.scheme,
        "path": unquote_to_bytes(raw_path).decode("utf-8", "replace"),
        "raw_path": raw_path,
        "root_path": "",
        "query_string": request.raw_query.encode("utf-8", "surrogateescape"),
        "headers": [(name.lower(), value) for name, value in request.fields],
        "client": stream.client,
        "server": stream.server,
        "path_params": dict(route_params),
        "state": {},
    }
