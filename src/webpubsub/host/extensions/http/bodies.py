"""The body of a request, as it arrives.

A client that asks first whether to send the body is told to when somebody wants it. One that stops
in the middle, or whose chunks cannot be told apart any more, is waited for within bounds.
Specification: functions-python section 5.2.
"""

import asyncio

from aiohttp import StreamReader, hdrs, web

from webpubsub.host.extensions.http.whole_requests import Request, WholeRequest

#: 100 MB, as the real host.
MAX_BODY_BYTES = 100 * 1024 * 1024
#: How long the next piece of a body may take.
PIECE_SECONDS = 30.0


class BodyTooLarge(Exception):
    """The body of a request exceeds what the host takes."""


class BodyTooSlow(Exception):
    """The body of a request has stopped to arrive."""


class Body:
    """Reads the body of a request piece by piece, ``limit`` bytes at most."""

    def __init__(self, request: web.BaseRequest, limit: int) -> None:
        self._request = request
        self._limit = limit
        self._received = 0
        self._is_asked_for = False

    @property
    def is_complete(self) -> bool:
        """Whether there is no more of it."""
        return self._request.content.at_eof()

    async def next_piece(self) -> bytes:
        """What has arrived since, empty at the end. Raises BodyTooLarge, BodyTooSlow, and what
        aiohttp raises for a body that breaks off or is malformed."""
        await self._ask_for_it()
        content = self._request.content
        # Nearly always: a small body comes together with its head.
        piece = content.read_nowait(-1) if content.is_eof() else await self._wait(content)
        self._received += len(piece)
        if self._received > self._limit:
            raise BodyTooLarge(f"more than {self._limit} bytes")
        return piece

    async def _wait(self, content: StreamReader) -> bytes:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                return await content.readany()
        except TimeoutError:
            raise BodyTooSlow(
                f"nothing for {PIECE_SECONDS:g} seconds after {self._received} bytes"
            ) from None

    async def _ask_for_it(self) -> None:
        if self._is_asked_for:
            return
        self._is_asked_for = True
        length = self._request.content_length or 0
        if length > self._limit:
            raise BodyTooLarge(f"{length} bytes")
        if self._request.headers.get("Expect", "").lower() == "100-continue":
            await self._request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._request.writer.output_size = 0


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body as it was sent. Raises as ``Body.next_piece`` does."""
    if isinstance(request, WholeRequest):
        return _bounded(request.body, limit)
    if request.content.at_eof() and hdrs.EXPECT not in request.headers:
        return b""  # as with every request that has none
    body = Body(request, limit)
    first = await body.next_piece()
    if not first or body.is_complete:
        return first
    pieces = bytearray(first)
    while piece := await body.next_piece():
        pieces += piece
    return bytes(pieces)


def _bounded(body: bytes, limit: int) -> bytes:
    if len(body) > limit:
        raise BodyTooLarge(f"{len(body)} bytes")
    return body
