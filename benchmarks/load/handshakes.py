"""The load of clients that come: WebSocket handshakes, and no more of the protocol than that."""

import asyncio
from collections.abc import Iterator
from typing import cast

from benchmarks.load.frames import CLOSE, masked
from benchmarks.load.http import WrongAnswer, unless_ended
from benchmarks.load.meter import LEAD, Figure, Meter
from benchmarks.load.websockets import Endpoint

_ACCEPTED = b"HTTP/1.1 101 "
_HEAD_END = b"\r\n\r\n"
#: A close frame with the code 1000.
_CLOSE = masked((1000).to_bytes(2), CLOSE)
_PATIENCE_SECONDS = 20


class Newcomer(asyncio.Protocol):
    """A client that asks to come in, and can leave once it is in."""

    def __init__(self, request: bytes) -> None:
        loop = asyncio.get_running_loop()
        self.accepted: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._request = request
        self._kept = b""
        self._leaves = False
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        """The answer, or the last word of a server that is told good-bye."""
        if self._leaves:
            self._close()
        elif not self.accepted.done():
            self._kept += data
            if _HEAD_END in self._kept:
                self._answered()

    def connection_lost(self, error: Exception | None) -> None:
        """It is over, as it should be or not."""
        if not self.accepted.done():
            self.accepted.set_exception(WrongAnswer(f"closed without an answer: {error}"))
        if not self.gone.done():
            self.gone.set_result(None)

    def leave(self) -> None:
        """Say good-bye; the connection ends when the server has answered."""
        self._leaves = True
        assert self._transport is not None
        self._transport.write(_CLOSE)

    def _answered(self) -> None:
        if self._kept.startswith(_ACCEPTED):
            self.accepted.set_result(None)
        else:
            self.accepted.set_exception(WrongAnswer(f"not accepted: {self._kept[:500]!r}"))
            self._close()
        self._kept = b""

    def _close(self) -> None:
        assert self._transport is not None
        self._transport.close()


async def come_and_go(endpoints: Iterator[Endpoint], at_once: int, seconds: float) -> Figure:
    """Clients accepted per second, ``at_once`` of them on their way at any time, each of which
    leaves as soon as it is in; the endpoints are taken in turn. Raises WrongAnswer."""
    accepted = 0
    goes_on = True

    async def take_turns() -> None:
        nonlocal accepted
        while goes_on:
            newcomer = await _come_in(next(endpoints))
            accepted += 1
            newcomer.leave()
            await asyncio.wait_for(newcomer.gone, _PATIENCE_SECONDS)

    ended = asyncio.gather(*(take_turns() for _ in range(at_once)))
    try:
        await unless_ended(ended, seconds * LEAD)
        before, meter = accepted, Meter()
        await unless_ended(ended, seconds)
        figure = meter.rate(accepted - before)
    finally:
        goes_on = False
    await ended
    return figure


async def _come_in(endpoint: Endpoint) -> Newcomer:
    newcomer = Newcomer(endpoint.head)
    loop = asyncio.get_running_loop()
    await loop.create_connection(lambda: newcomer, "127.0.0.1", endpoint.port)
    await asyncio.wait_for(newcomer.accepted, _PATIENCE_SECONDS)
    return newcomer
