"""A connection to the host, over which one request after another is sent and answered.

A request that is whole at once or soon, as nearly all are, is answered here. What is anything else,
because it is large and still on its way, is malformed or wants something of the connection, is
aiohttp's: it takes the connection over for good, with what has come, as if it had been there from
the beginning.

    waiting --a whole request--> answering --the answer is written--> waiting
     | | ^                           '--the host stops, or something fails--> closed
     | '-'- a part of a small one
     '--anything else, or the rest does not come soon--> handed over

So whoever never sends the rest is treated by aiohttp's rules, within its bounds. One who leaves
before is answered in vain, so that what is lost is logged; when the host stops, nobody waits for
the rest. What comes while an answer is made waits, and so does the next request while the client
does not read its answers. Specification: functions-python section 5.2.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Protocol, cast

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.bodies import WholeBody
from webpubsub.host.extensions.http.handed_over import HandedOver, logger
from webpubsub.host.extensions.http.refusing import failed
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.whole_requests import RequestReader
from webpubsub.host.extensions.http.written_answers import written

#: How long a connection may be silent: longer than any proxy keeps it.
_SILENT_SECONDS = 3630.0
#: How long the rest of a request may take that is waited for here.
_REST_SECONDS = 1.0
#: So much waits for the rest of a request, or for an answer before it, and no more is read.
_MOST_WAITING_BYTES = 65_536


class Answerer(Protocol):
    """Answers the requests that it takes, with answers that are whole, too."""

    takes: Callable[[Request], bool]

    def answer(self, request: Request) -> Awaitable[Answer]:
        """The answer."""


class Connections:
    """Those that are open. What ``answerer`` does not take, aiohttp reads."""

    def __init__(self, answerer: Answerer) -> None:
        self.answerer = answerer
        self.handed_over = HandedOver(answerer.answer)
        self.reader = RequestReader()
        self.open: set[Connection] = set()
        self.is_closing = False

    def __call__(self) -> "Connection":
        """A protocol for a new connection."""
        return Connection(self)

    async def close(self, seconds: float) -> None:
        """Close them, each as soon as it has answered, and cut off what takes longer than that;
        those that come later are closed at once."""
        self.is_closing = True
        end = asyncio.get_running_loop().time() + seconds
        answering = {*self.handed_over.close_soon()}
        for connection in tuple(self.open):
            if connection.answering is not None:
                answering.add(connection.answering)
            connection.close_soon()
        if answering:
            _, late = await asyncio.wait(answering, timeout=seconds)
            for task in late:
                task.cancel()
        await self.handed_over.close(end - asyncio.get_running_loop().time())


class Connection(asyncio.Protocol):
    """One of ``house``, from when it is made to when it is lost or handed over."""

    __slots__ = (
        "_closes",
        "_context",
        "_house",
        "_is_awaited",
        "_last",
        "_loop",
        "_pending",
        "_received",
        "_rest",
        "_silence",
        "_transport",
        "_wanted",
        "answering",
    )

    def __init__(self, house: Connections) -> None:
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        self._transport: asyncio.Transport | None = None
        self._received = b""
        #: How much has to be there to go on with a request, the request when its head has come, and
        #: what sees that the rest does.
        self._wanted = 0
        self._pending: Request | None = None
        self._rest: asyncio.TimerHandle | None = None
        self._closes = False
        #: Whether the client has so much to read that it gets no more.
        self._is_awaited = False
        self._last = self._loop.time()
        self._silence = self._loop.call_later(_SILENT_SECONDS, self._end_silence)
        self.answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there; one that vanishes without a word is noticed."""
        self._transport = cast("asyncio.Transport", transport)
        self._house.open.add(self)
        if (found := transport.get_extra_info("socket")) is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._house.is_closing:
            self.close_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone. An answer that is being made is made for nobody."""
        self._transport = None
        self._stop_waiting()
        pending, house = self._pending, self._house
        if pending is not None and not self._closes and house.answerer.takes(pending):
            self._begin(pending)
        if self.answering is None:
            house.open.discard(self)

    def data_received(self, data: bytes) -> None:
        """Something has arrived."""
        if self._closes:
            return
        if self.answering is None and not self._is_awaited and not self._received:
            self._take(data)
            return
        self._received += data
        if self._wanted and not self._is_awaited:
            self._go_on()
        elif len(self._received) > _MOST_WAITING_BYTES and self._transport is not None:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        """The client does not read."""
        self._is_awaited = True

    def resume_writing(self) -> None:
        """It does again."""
        self._is_awaited = False
        if self.answering is None:
            self._go_on()

    def close_soon(self) -> None:
        """Close it when what is asked has been answered."""
        self._closes = True
        if self.answering is None and self._transport is not None:
            self._transport.close()

    def _take(self, data: bytes) -> None:
        house = self._house
        request, length = house.reader.read(data)
        if length == 0 or (request is not None and not house.answerer.takes(request)):
            self._hand_over(data)
        elif request is None or length > len(data):
            self._await_rest(request, data, length)
        else:
            self._begin(request)

    def _begin(self, request: Request) -> None:
        self._wanted, self._pending = 0, None
        # By those who have taken it, whoever comes after them.
        answer = self._house.answerer.answer(request)
        self.answering = self._loop.create_task(self._answer(request, answer))

    def _await_rest(self, request: Request | None, data: bytes, length: int) -> None:
        if length > _MOST_WAITING_BYTES:
            self._hand_over(data)
            return
        if not self._wanted:
            self._last = self._loop.time()
        self._received, self._wanted, self._pending = data, length, request
        if self._rest is None:  # one for all requests that begin while it runs
            self._rest = self._loop.call_later(_REST_SECONDS, self._end_rest)

    def _end_rest(self) -> None:
        self._rest = None
        if not self._wanted or self._closes:
            return
        since = self._loop.time() if self._is_awaited else self._last
        left = since + _REST_SECONDS - self._loop.time()
        if left > 0:
            self._rest = self._loop.call_later(left, self._end_rest)
        else:
            self._hand_over(self._received)

    def _complete(self, request: Request, data: bytes) -> None:
        if not self._house.answerer.takes(request):  # as it did when its head came
            self._hand_over(data)
            return
        end = self._wanted
        request.body = WholeBody(data[end - int(request.first("content-length") or 0) : end])
        self._received = data[end:]
        self._begin(request)

    def _hand_over(self, data: bytes) -> None:
        if self._transport is None:
            return
        self._stop_waiting()
        self._house.open.discard(self)
        self._house.handed_over.take(self._transport, data)

    def _stop_waiting(self) -> None:
        self._silence.cancel()
        if self._rest is not None:
            self._rest.cancel()

    async def _answer(self, request: Request, made: Awaitable[Answer]) -> None:
        answer: Answer | None = None  # as it stays when it is cut off
        try:
            answer = await made
        except Exception as error:
            answer = failed(request, error)
        finally:
            self._end_answer(answer)

    def _end_answer(self, answer: Answer | None) -> None:
        self.answering = None
        self._last = self._loop.time()
        is_kept = answer is not None and self._send(answer)
        self._closes = self._closes or not is_kept
        if self._transport is None:
            self._house.open.discard(self)
        elif self._closes:
            self._transport.close()
        elif self._received:
            # In a context of its own: what a function sets is no concern of the next one.
            self._loop.call_soon(self._go_on, context=self._context)

    def _send(self, answer: Answer) -> bool:
        """Whether another one may follow."""
        try:
            data = written(answer)
        except ValueError:
            logger.exception("Unhandled exception")
            return False
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(data)
        return not answer.is_last

    def _go_on(self) -> None:
        data, transport = self._received, self._transport
        if not data or transport is None or self._is_awaited or self._closes or self.answering:
            return
        if len(data) < self._wanted:
            return
        if len(data) > _MOST_WAITING_BYTES:
            transport.resume_reading()
        if self._pending is not None:
            self._complete(self._pending, data)
        else:
            self._received = b""
            self._take(data)

    def _end_silence(self) -> None:
        if self.answering is not None:
            self._last = self._loop.time()
        due = self._last + _SILENT_SECONDS
        if self._loop.time() < due:
            self._silence = self._loop.call_at(due, self._end_silence)
        else:
            self.close_soon()
