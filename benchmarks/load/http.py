"""The load over HTTP: connections that are kept, each with one request under way at all times.

A connection is given its requests as bytes, and reads no more of an answer than it must: the status
and how long the body is. Any other status than the one that is expected ends the measurement.
"""

import asyncio
from collections.abc import Iterator, Sequence
from itertools import cycle
from typing import cast

from benchmarks.load.meter import LEAD, Figure, Meter

_PATIENCE_SECONDS = 10
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


class WrongAnswer(RuntimeError):
    """A server has answered something else than it should, so that nothing can be said of it."""


class Exchange(asyncio.Protocol):
    """A connection that sends its requests in turn, the next one as soon as one is answered."""

    def __init__(self, requests: Iterator[bytes], status: int) -> None:
        self.answered = 0
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._requests = requests
        self._expected = b"HTTP/1.1 %d " % status
        self._kept = b""
        self._stops = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(next(self._requests))

    def data_received(self, data: bytes) -> None:
        """Send the next request once the answer is whole."""
        if self._kept:
            data = self._kept + data
        if not self._is_whole(data):
            self._kept = data
            return
        self._kept = b""
        self.answered += 1
        assert self._transport is not None
        if self._stops:
            self._transport.close()
        else:
            self._transport.write(next(self._requests))

    def connection_lost(self, error: Exception | None) -> None:
        """Nobody but this side may end it."""
        if self.ended.done():
            return
        if self._stops and not self._kept:
            self.ended.set_result(None)
        else:
            self._fail(f"the connection was lost: {error or 'the server has closed it'}")

    def stop(self) -> None:
        """End with the answer that is under way."""
        self._stops = True

    def abort(self) -> None:
        """End now, if it has not ended."""
        if self._transport is not None:
            self._transport.abort()

    def _is_whole(self, data: bytes) -> bool:
        end = data.find(_HEAD_END)
        if end < 0:
            return False
        head = data[: end + 2].lower()
        if not data.startswith(self._expected):
            self._fail(f"expected {self._expected.decode()}and saw {data[:500]!r}")
            return False
        start = head.find(_LENGTH)
        if start < 0:
            self._fail(f"an answer without Content-Length: {data[:500]!r}")
            return False
        start += len(_LENGTH)
        return len(data) >= end + len(_HEAD_END) + int(head[start : head.index(b"\r", start)])

    def _fail(self, problem: str) -> None:
        if not self.ended.done():
            self.ended.set_exception(WrongAnswer(problem))
        self.abort()


async def keep_busy(
    port: int, requests: Sequence[Sequence[bytes]], seconds: float, *, status: int = 200
) -> Figure:
    """Requests answered per second, over one connection for each sequence of requests, which it
    repeats. Raises WrongAnswer."""
    exchanges = [await _begin(port, Exchange(cycle(own), status)) for own in requests]
    ended = asyncio.gather(*(exchange.ended for exchange in exchanges))
    try:
        await unless_ended(ended, seconds * LEAD)
        before, meter = _answered(exchanges), Meter()
        await unless_ended(ended, seconds)
        figure = meter.rate(_answered(exchanges) - before)
        for exchange in exchanges:
            exchange.stop()
        await asyncio.wait_for(ended, _PATIENCE_SECONDS)
    finally:
        for exchange in exchanges:
            exchange.abort()
    return figure


async def _begin(port: int, exchange: Exchange) -> Exchange:
    await asyncio.get_running_loop().create_connection(lambda: exchange, "127.0.0.1", port)
    return exchange


def _answered(exchanges: Sequence[Exchange]) -> int:
    return sum(exchange.answered for exchange in exchanges)


async def unless_ended(ended: "asyncio.Future[list[None]]", seconds: float) -> None:
    """Wait, and raise at once what goes wrong meanwhile."""
    await asyncio.wait([ended], timeout=seconds)
    if ended.done():
        ended.result()


def get(port: int, target: str) -> bytes:
    """A request without a body."""
    return f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()


def post(port: int, target: str, body: bytes, headers: Sequence[str] = ()) -> bytes:
    """A request with a body."""
    lines = [f"POST {target} HTTP/1.1", f"Host: 127.0.0.1:{port}", *headers]
    lines += [f"Content-Length: {len(body)}", "", ""]
    return "\r\n".join(lines).encode() + body
