"""One connection to a webhook, over which one request after another is sent and answered.

llhttp, by httptools, says where an answer begins and ends; here it is gathered. Whoever asks is
woken once, at the end of what has arrived at once: nearly always that is the whole answer, else it
is the head, and the rest is waited for apart. What is wrong with the rest is of no interest to who
wants the head alone, however the two have arrived. An answer ends where its message does, or with
the connection when nothing else tells its length. What comes unasked is the end of the connection.

    free --ask--> asked --head--> begun --end of the message--> free, if both sides keep it
                                        --end of the connection--> lost

Specification: upstream-events sections 13 and 17.
"""

import asyncio
from typing import cast

import msgspec
from httptools import (
    HttpParserCallbackError,
    HttpParserError,
    HttpParserUpgrade,
    HttpResponseParser,
)

from webpubsub.service.webhooks.keep_alive import announced

#: Of one head, and of what is between two pieces of a body or behind it; of that, what comes in the
#: same read as its end is not counted.
MAX_HEAD_BYTES = 131_072
MAX_BODY_BYTES = 16 * 1_048_576

_SWITCHING_PROTOCOLS = 101
_LENGTH = "content-length"
_CODING = "transfer-encoding"
_CHUNKED = "chunked"
_KEEP_ALIVE = "keep-alive"


class InvalidAnswer(Exception):
    """What came is no HTTP, or no answer to what was asked."""


class NoAnswer(ConnectionError):
    """The connection was closed before an answer began."""


class BrokenAnswer(ConnectionError):
    """The connection was closed in the middle of an answer."""


class BodyTooLarge(Exception):
    """The body of an answer is larger than MAX_BODY_BYTES."""


class Reply(msgspec.Struct):
    """What has come of an answer; names of headers are in lower case."""

    status: int = 0
    headers: list[tuple[str, str]] = []
    #: What has come of the body, as it was sent.
    content: bytearray = msgspec.field(default_factory=bytearray)
    has_begun: bool = False
    is_whole: bool = False

    @property
    def body(self) -> bytes:
        """All of that."""
        return bytes(self.content)

    @property
    def length(self) -> int:
        """Of the body, as it was announced; 0 when it was not."""
        return next((int(value) for name, value in self.headers if name == _LENGTH), 0)

    @property
    def has_end(self) -> bool:
        """Whether it can be told from the connection's end."""
        return any(name in (_LENGTH, _CODING) for name, _ in self.headers)


class HttpConnection(asyncio.Protocol):
    """A connection, from when it is made to when it is lost. Its parser calls ``on_…``."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._parser = HttpResponseParser(self)
        # Servers are forgiven what they always were.
        self._parser.set_dangerous_leniencies(
            lenient_headers=True,
            lenient_optional_cr_before_lf=True,
            lenient_spaces_after_chunk_size=True,
        )
        self._transport: asyncio.Transport | None = None
        self._reply = Reply(is_whole=True)
        self._waiting: asyncio.Future[None] | None = None
        self._problem: Exception | None = None
        self._asked = 0
        #: How many bytes have come since the last piece of a body, or since the question.
        self._overhead = 0
        self._is_kept = True
        #: For how many seconds the server keeps it while it is idle, as it has said at last.
        self.keep_alive: int | None = None

    @property
    def is_free(self) -> bool:
        """Whether it takes another request."""
        return (
            self._reply.is_whole
            and self._is_kept
            and self._transport is not None
            and not self._transport.is_closing()
        )

    @property
    def was_idle(self) -> bool:
        """When a request has failed: whether it may have crossed the end of a connection that was
        idle before, of which nobody has heard."""
        return self._asked > 1 and not self._overhead and not self._reply.content

    async def ask(self, message: bytes) -> Reply:
        """Send a request, and wait until its answer has begun. Raises InvalidAnswer, and OSError
        when the connection is lost."""
        if self._transport is None:
            raise NoAnswer
        self._reply = reply = Reply()
        self._asked += 1
        self._overhead = 0
        self._transport.write(message)
        await self._news()
        if not reply.has_begun:
            raise self._problem or NoAnswer()
        return reply

    async def finish(self, reply: Reply) -> None:
        """Wait until an answer is whole. Raises BodyTooLarge besides."""
        if not reply.is_whole and self._problem is None:
            await self._news()
        if not reply.is_whole:
            raise self._problem or BrokenAnswer()

    def close(self) -> None:
        """Hang up. What has not been sent by now is not: a server that does not read it would keep
        the connection for ever."""
        transport = self._transport
        if transport is None:
            return
        if self._reply.is_whole and not transport.get_write_buffer_size():
            transport.close()
        else:
            transport.abort()

    async def _news(self) -> None:
        self._waiting = self._loop.create_future()
        try:
            await self._waiting
        finally:
            self._waiting = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Something has arrived."""
        room = MAX_HEAD_BYTES - self._overhead
        if self._reply.has_begun or len(data) <= room:
            self._receive(data)
            return
        self._receive(data[:room])
        if self._reply.has_begun:
            self._receive(data[room:])
        else:
            self._count(len(data) - room)

    def _receive(self, data: bytes) -> None:
        reply = self._reply
        had_begun, size = reply.has_begun, len(reply.content)
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade) as error:
            self._fail(_problem_of(error))
        if reply.is_whole or reply.has_begun is not had_begun:
            self._wake()
        if len(reply.content) > size:
            self._overhead = 0
        elif not reply.is_whole:
            self._count(len(data))

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is no more."""
        self._transport, reply = None, self._reply
        if reply.is_whole:
            return
        if reply.has_begun and error is None and not reply.has_end:
            reply.is_whole = True
            self._wake()
        else:
            self._fail(error or (BrokenAnswer() if reply.has_begun else NoAnswer()))

    def _count(self, more: int) -> None:
        self._overhead += more
        if self._overhead > MAX_HEAD_BYTES:
            where = "beside a body" if self._reply.has_begun else "in a head"
            self._fail(InvalidAnswer(f"more than {MAX_HEAD_BYTES} bytes {where}"))

    def _wake(self) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_result(None)

    def _fail(self, problem: Exception) -> None:
        self._problem = self._problem or problem
        self._is_kept = False
        self._wake()
        self.close()

    # What these raise ends the parsing.

    def on_message_begin(self) -> None:
        """An answer, which somebody should have asked for."""
        if self._reply.is_whole:
            raise InvalidAnswer("an answer that nobody has asked for")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or what is behind the body, which nobody reads."""
        if self._reply.has_begun:
            return
        # Some servers put a blank before the colon.
        known = name.rstrip(b" ").decode("utf-8", "surrogateescape").lower()
        text = value.rstrip(b" \t").decode("utf-8", "surrogateescape")
        if known == _CODING and text.lower() != _CHUNKED:
            raise InvalidAnswer("a Transfer-Encoding that nobody has asked for")
        if known == _KEEP_ALIVE:
            self.keep_alive = announced(text)
        self._reply.headers.append((known, text))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        status = self._parser.get_status_code()
        if status >= 200 or status == _SWITCHING_PROTOCOLS:
            self._reply.status, self._reply.has_begun = status, True

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._reply.content += piece
        if len(self._reply.content) > MAX_BODY_BYTES:
            raise BodyTooLarge(f"more than {MAX_BODY_BYTES} bytes")

    def on_message_complete(self) -> None:
        """The end of an answer, or of one that only says that another one follows."""
        if self._reply.has_begun:
            self._reply.is_whole = True
            self._is_kept = self._is_kept and self._parser.should_keep_alive()
        else:
            self._reply.headers.clear()


def _problem_of(error: HttpParserError | HttpParserUpgrade) -> Exception:
    cause = error.__context__ if isinstance(error, HttpParserCallbackError) else None
    return cause if isinstance(cause, InvalidAnswer | BodyTooLarge) else InvalidAnswer(str(error))
