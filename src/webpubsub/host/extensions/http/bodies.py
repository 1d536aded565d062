"""The body of a request, as it arrives.

A client that asks first whether to send the body is told to when somebody wants it. One that stops
in the middle, or whose chunks cannot be told apart any more, is waited for within bounds.
Specification: functions-python section 5.2.
"""

import asyncio

import msgspec
from aiohttp import StreamReader, hdrs, web
from aiohttp.http_exceptions import HttpProcessingError

#: 100 MB, as the real host.
MAX_BODY_BYTES = 100 * 1024 * 1024
#: How long the next piece of a body may take.
PIECE_SECONDS = 30.0


class BodyError(Exception):
    """The body of a request cannot be had."""


class BodyTooLarge(BodyError):
    """It exceeds what the host takes."""


class BodyTooSlow(BodyError):
    """It has stopped to arrive."""


class BodyIncomplete(BodyError):
    """It has broken off, or is malformed."""


class WholeBody(msgspec.Struct, frozen=True):
    """One that has arrived."""

    data: bytes = b""

    async def read(self, limit: int) -> bytes:
        """All of it. Raises BodyTooLarge."""
        if len(self.data) > limit:
            raise BodyTooLarge(f"{len(self.data)} bytes")
        return self.data


class _MissingBody:
    """One that has not arrived, and will not."""

    async def read(self, _limit: int) -> bytes:
        """Raises BodyIncomplete."""
        raise BodyIncomplete(ConnectionResetError.__name__)


MISSING = _MissingBody()


class ArrivingBody:
    """The body of a request that aiohttp reads."""

    def __init__(self, request: web.BaseRequest) -> None:
        self._request = request
        self._received = 0
        self._is_asked_for = False

    @property
    def is_complete(self) -> bool:
        """Whether there is no more of it."""
        return self._request.content.at_eof()

    async def read(self, limit: int) -> bytes:
        """All of it as it was sent. Raises BodyError."""
        if self.is_complete and hdrs.EXPECT not in self._request.headers:
            return b""  # as with every request that has none
        first = await self.next_piece(limit)
        if not first or self.is_complete:
            return first
        pieces = bytearray(first)
        while piece := await self.next_piece(limit):
            pieces += piece
        return bytes(pieces)

    async def next_piece(self, limit: int) -> bytes:
        """What has arrived since, empty at the end. Raises BodyError."""
        try:
            await self._ask_for_it(limit)
            content = self._request.content
            # Nearly always: a small body comes together with its head.
            piece = content.read_nowait(-1) if content.is_eof() else await self._wait(content)
        except (web.RequestPayloadError, HttpProcessingError, ConnectionError) as error:
            raise BodyIncomplete(type(error).__name__) from error
        self._received += len(piece)
        if self._received > limit:
            raise BodyTooLarge(f"more than {limit} bytes")
        return piece

    async def _wait(self, content: StreamReader) -> bytes:
        try:
            async with asyncio.timeout(PIECE_SECONDS):
                return await content.readany()
        except TimeoutError:
            raise BodyTooSlow(
                f"nothing for {PIECE_SECONDS:g} seconds after {self._received} bytes"
            ) from None

    async def _ask_for_it(self, limit: int) -> None:
        if self._is_asked_for:
            return
        self._is_asked_for = True
        length = self._request.content_length or 0
        if length > limit:
            raise BodyTooLarge(f"{length} bytes")
        if self._request.headers.get("Expect", "").lower() == "100-continue":
            await self._request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            self._request.writer.output_size = 0
