"""A connection to the host, over which one request after another is sent and answered.

A request that is whole at once or soon, as nearly all are, is answered here. What is anything else,
because it is large and still on its way, is malformed or wants something of the connection, is
aiohttp's: it takes the connection over for good, with what has come, as if it had been there from
the beginning.

    idle --a part of a small request--> partial
    idle, partial --a whole request--> answering
    idle, partial --anything else, or the rest does not come soon--> handed over
    answering --the answer is written--> idle, or unread when its client has much to read
    unread --the client has read that--> idle
    unread --it has read nothing for a minute--> closed
    all of them --the host stops, or something fails--> closed

So whoever never sends the rest is treated by aiohttp's rules, within its bounds. One who leaves
before is answered in vain, so that what is lost is logged; when the host stops, nobody waits for
the rest. What comes while an answer is made, or is not read by its client, waits until the
connection is idle again. Specification: functions-python section 5.2.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextvars import copy_context
from typing import Protocol, cast

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.bodies import WholeBody
from webpubsub.host.extensions.http.handed_over import HEAD_SECONDS, HandedOver, logger
from webpubsub.host.extensions.http.refusing import failed
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.rests import Part, Rests
from webpubsub.host.extensions.http.whole_requests import RequestReader
from webpubsub.host.extensions.http.written_answers import written
from webpubsub.ingress.pace import Pace
from webpubsub.protocol.timers import Timers

#: How long a connection may be silent: longer than any proxy keeps it.
_SILENT_SECONDS = 3630.0
#: So much waits for the rest of a request, or for an answer before it, and no more is read.
_MOST_WAITING_BYTES = 65_536


class Answerer(Protocol):
    """Answers the requests that it takes, with answers that are whole, too."""

    takes: Callable[[Request], bool]

    def answer(self, request: Request) -> Awaitable[Answer]:
        """The answer."""


class Connections:
    """Those that are open. What ``answerer`` does not take, aiohttp reads. How long clients may
    read nothing goes by ``timers``."""

    def __init__(self, answerer: Answerer, timers: Timers) -> None:
        self.answerer = answerer
        self.timers = timers
        self.handed_over = HandedOver(answerer.answer, timers)
        self.reader = RequestReader()
        self.rests = Rests()
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
    """One of ``house``, from when it is made to when it is lost or handed over.

    It is partial with a ``_part``, and has it then, answering with what is ``answering``, unread
    when it has answers that are not, and idle without any of these.
    """

    __slots__ = (
        "_closes",
        "_context",
        "_house",
        "_last",
        "_loop",
        "_pace",
        "_part",
        "_received",
        "_silence",
        "_transport",
        "answering",
    )

    def __init__(self, house: Connections) -> None:
        self._house = house
        self._loop = asyncio.get_running_loop()
        self._context = copy_context()
        self._transport: asyncio.Transport | None = None
        self._received = b""
        self._part: Part | None = None
        self._closes = False
        self._last = self._loop.time()
        self._silence = self._loop.call_later(_SILENT_SECONDS, self._end_silence)
        self.answering: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client is there; one that vanishes without a word is noticed."""
        self._transport = transport = cast("asyncio.Transport", transport)
        self._pace = Pace(transport, self._house.timers.call_later, HEAD_SECONDS)
        self._house.open.add(self)
        if (found := transport.get_extra_info("socket")) is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        if self._house.is_closing:
            self.close_soon()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client has gone. An answer that is being made is made for nobody."""
        self._transport = None
        self._silence.cancel()
        self._pace.end()
        begun = self._end_part()
        if begun is not None and not self._closes and self._house.answerer.takes(begun):
            self._begin(begun)
        if self.answering is None:
            self._house.open.discard(self)

    def data_received(self, data: bytes) -> None:
        """Something has arrived."""
        if not self._closes:
            self._received += data
            self._go_on()

    def pause_writing(self) -> None:
        """The client has so much to read that it gets no more."""
        self._pace.begin_reading()

    def resume_writing(self) -> None:
        """It has read it."""
        self._pace.end_reading()
        self._go_on()

    def close_soon(self) -> None:
        """Close it when what is asked has been answered."""
        self._closes = True
        if self.answering is None and self._transport is not None:
            self._close(self._transport)

    def give_up(self) -> None:
        """Do not wait for the rest of a request any more."""
        if not self._closes:
            self._hand_over()

    def _go_on(self) -> None:
        """With what has come, if it is its turn."""
        data, part, transport = self._received, self._part, self._transport
        if not data or transport is None or self._closes:
            return
        if self.answering is not None or self._pace.is_unread:
            if len(data) > _MOST_WAITING_BYTES:
                transport.pause_reading()
            return
        if len(data) > _MOST_WAITING_BYTES:
            transport.resume_reading()
        if part is None or part.request is None:
            self._take(data)
        elif len(data) >= part.length:
            self._take_whole(part.request, part.length)

    def _take(self, data: bytes) -> None:
        request, length = self._house.reader.read(data)
        if length == 0 or (request is not None and not self._house.answerer.takes(request)):
            self._hand_over()
        elif request is not None and length <= len(data):
            self._received = b""
            self._begin(request)
        elif length <= _MOST_WAITING_BYTES:
            self._part = Part(request, length)
            self._house.rests.wait(self)
        else:
            self._hand_over()

    def _take_whole(self, request: Request, length: int) -> None:
        if not self._house.answerer.takes(request):  # as it did when its head came
            self._hand_over()
            return
        data = self._received
        request.body = WholeBody(data[length - int(request.first("content-length") or 0) : length])
        self._received = data[length:]
        self._begin(request)

    def _begin(self, request: Request) -> None:
        if self._part is not None:
            self._end_part()
        # By those who have taken it, whoever comes after them.
        answer = self._house.answerer.answer(request)
        self.answering = self._loop.create_task(self._answer(request, answer))

    def _end_part(self) -> Request | None:
        """What has begun to come, if its head is known."""
        if (part := self._part) is None:
            return None
        self._part = None
        self._house.rests.end(self)
        return part.request

    def _hand_over(self) -> None:
        if self._transport is None:
            return
        self._silence.cancel()
        self._pace.end()
        self._end_part()
        self._house.open.discard(self)
        data, self._received = self._received, b""
        self._house.handed_over.take(self._transport, data)

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
            self._close(self._transport)
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

    def _close(self, transport: asyncio.Transport) -> None:
        """Close it when all has been read."""
        transport.close()
        self._pace.begin_end()

    def _end_silence(self) -> None:
        if self.answering is not None or self._part is not None:
            self._last = self._loop.time()
        due = self._last + _SILENT_SECONDS
        if self._loop.time() < due:
            self._silence = self._loop.call_at(due, self._end_silence)
        else:
            self.close_soon()
