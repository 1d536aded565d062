"""The only module that knows picows.

picows is used as a parser and as nothing else: it reads straight into its own buffer, unmasks and
cuts frames faster than Python could, and calls back. Everything that is sent goes through an
outbox, and the handshake is ours, so what picows thinks it sends or closes is thrown away. Its
``WSProtocol`` is not in its public list; the version is bounded, and the tests of this module fail
when its constructor, its buffer methods or its way of reporting a broken frame change.

A parser of picows takes six kibibytes, and has something to remember only between the two halves of
a frame. So there is one spare parser for all connections, which each uses for as long as it takes
to read what has arrived; a connection that is left with a part of a frame keeps it until it has the
rest. An event loop asks for a buffer, fills it and says so without doing anything else in between,
which is why the buffer of the spare parser can be offered to everybody.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from picows import WSAutoPingStrategy, WSFrame, WSListener, WSMsgType, WSTransport
from picows.picows import WSProtocol  # type: ignore[attr-defined]

from webpubsub.service.websockets.share import BYTES, READS

logger = logging.getLogger("webpubsub.service.websockets")

_TOO_LARGE = 1009
_BUFFER_BYTES = 4096

# A handshake that picows accepts, in place of the clients' own, which have been checked already.
_HEAD = (
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class FrameListener:
    """Gets the frames of one client, and is told when they make no sense."""

    __slots__ = ()

    def on_frame(self, frame: WSFrame) -> None:
        """A frame has arrived; its payload is to be copied at once."""

    def on_full_buffer(self) -> None:
        """As much has arrived as could be read at once: there is probably more."""

    def on_many_reads(self) -> None:
        """Much was read, in all: of several clients, this one last."""

    def on_lost(self) -> None:
        """The connection is gone."""

    def pause_writing(self) -> None:
        """The client does not read fast enough."""

    def resume_writing(self) -> None:
        """The client has caught up."""

    def on_unreadable(self) -> None:
        """Give the transport another protocol at once: picows would take what follows a broken
        frame for frames. ``on_broken_frame`` follows."""

    def on_broken_frame(self, too_large: bool) -> None:
        """The bytes are not a frame, or announce one over the limit. All frames before it have been
        delivered; nothing after it is of use."""

    def on_internal_error(self) -> None:
        """A callback raised, which has been logged."""


_NOBODY = FrameListener()


class FrameParsers:
    """What the connections of one event loop read frames with, up to ``max_frame_bytes`` each."""

    __slots__ = ("_max_frame_bytes", "reads", "spare")

    def __init__(self, max_frame_bytes: int) -> None:
        self._max_frame_bytes = max_frame_bytes
        #: How often anything was read.
        self.reads = 0
        #: A parser that remembers nothing, for one use; None while somebody has it.
        self.spare: _Parser | None = None

    def read(
        self, transport: asyncio.Transport, listener: FrameListener, tail: bytes = b""
    ) -> None:
        """Have the frames that arrive at ``transport`` delivered to ``listener``.

        ``tail`` is what has arrived behind the client's handshake already.
        """
        reader = _Reader(self, listener)
        transport.set_protocol(reader)
        reader.feed(tail)

    def replace(self) -> "_Parser":
        """A new spare parser, in place of one that somebody has."""
        self.spare = _Parser(self._max_frame_bytes)
        return self.spare


class _Reader(asyncio.BufferedProtocol):
    """What the transport of one client knows. ``parser`` is set while a part of a frame waits for
    the rest; ``room`` is how much can be read at once."""

    __slots__ = ("_listener", "_parser", "_parsers", "_room")

    def __init__(self, parsers: FrameParsers, listener: FrameListener) -> None:
        self._parsers = parsers
        self._listener = listener
        self._parser: _Parser | None = None
        self._room = 0

    def get_buffer(self, sizehint: int) -> memoryview:
        parsers = self._parsers
        parser = self._parser or parsers.spare or parsers.replace()
        buffer: memoryview = parser.protocol.get_buffer(sizehint)
        # picows doubles a buffer that was filled, so a client that floods would be read from in
        # ever larger pieces, and libuv reads up to 32 of them before it looks at the next client.
        if len(buffer) > BYTES:
            buffer = buffer[:BYTES]
        self._room = len(buffer)
        return buffer

    def buffer_updated(self, nbytes: int) -> None:
        parsers, parser = self._parsers, self._parser
        parsers.reads += 1
        if parser is None:
            parser, parsers.spare = parsers.spare or parsers.replace(), None
        parser.listener = self._listener
        parser.is_empty = False
        parser.protocol.buffer_updated(nbytes)
        if not parser.is_empty or parser.is_broken:
            self._parser = parser
        else:
            parser.forget()
            parsers.spare = parser
            self._parser = None
        if nbytes == self._room:
            self._listener.on_full_buffer()
        if not parsers.reads % READS:
            self._listener.on_many_reads()

    def feed(self, data: bytes) -> None:
        """Read what did not come from the transport."""
        while data and not (self._parser and self._parser.is_broken):
            buffer = self.get_buffer(-1)
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            data = data[size:]
            self.buffer_updated(size)

    def connection_lost(self, exc: Exception | None) -> None:
        self._parser = None
        listener, self._listener = self._listener, _NOBODY
        listener.on_lost()

    def pause_writing(self) -> None:
        self._listener.pause_writing()

    def resume_writing(self) -> None:
        self._listener.resume_writing()


class _Parser(WSListener):
    """A parser of picows, and for whom it works at the moment."""

    __slots__ = ("is_broken", "is_empty", "listener", "protocol")

    def __init__(self, max_frame_bytes: int) -> None:
        self.listener = _NOBODY
        #: Whether all bytes it was given have been delivered in frames.
        self.is_empty = True
        self.is_broken = False
        self.protocol = WSProtocol(
            None,  # host and port, path: for clients
            None,
            False,  # not a client
            lambda _request: self,
            _Reports(self),
            False,  # a listener that raises is reported, see _Reports
            None,  # no handshake timeout
            False,  # no pings: the sweeper sends them
            20,
            20,
            WSAutoPingStrategy.PING_WHEN_IDLE,
            False,  # no pongs: they go through the outbox
            max_frame_bytes,
            None,  # no extra headers
            _BUFFER_BYTES,
        )
        self._begin()
        buffer = self.protocol.get_buffer(-1)
        buffer[: len(_HEAD)] = _HEAD
        self.protocol.buffer_updated(len(_HEAD))

    def forget(self) -> None:
        """Work for nobody, and let the close frame that it may have read be none, of which picows
        takes no second."""
        self.listener = _NOBODY
        if self.protocol.transport.close_handshake is not None:
            self._begin()

    def on_ws_frame(self, _transport: WSTransport, frame: WSFrame) -> None:
        self.is_empty = not frame.tail_size
        self.listener.on_frame(frame)

    def _begin(self) -> None:
        """Have picows take this for a new connection, whose handshake and frames it goes on with
        where it was."""
        self.protocol.connection_made(_MUTE)


class _NoSocket:
    """What picows takes for its socket."""

    def fileno(self) -> int:
        return -1

    def getsockopt(self, *_option: int) -> int:
        return 0

    def setsockopt(self, *_option: int) -> None: ...


class _Mute:
    """What picows takes for its transport.

    A write buffer that is never empty keeps picows from writing to the socket by itself.
    """

    _socket = _NoSocket()

    def get_extra_info(self, name: str) -> _NoSocket | None:
        return self._socket if name == "socket" else None

    def get_write_buffer_size(self) -> int:
        return 1

    def write(self, data: bytes) -> None: ...

    def writelines(self, data: list[bytes]) -> None: ...

    def close(self) -> None: ...

    def abort(self) -> None: ...


_MUTE = _Mute()


class _Reports:
    """What picows takes for its logger: the only place where it says that a frame is broken."""

    __slots__ = ("_parser",)

    def __init__(self, parser: _Parser) -> None:
        self._parser = parser

    def isEnabledFor(self, _level: int) -> bool:  # noqa: N802
        return False

    def debug(self, *_message: Any) -> None: ...

    info = warning = debug

    def error(self, _message: str, *details: Any) -> None:
        """A frame is broken. Frames that were parsed before it are delivered after this call."""
        (code, _text), *_ = details
        if self._parser.is_broken:
            return
        self._parser.is_broken = True
        listener = self._parser.listener
        listener.on_unreadable()
        self._soon(lambda: listener.on_broken_frame(int(code) == _TOO_LARGE))

    def exception(self, message: str, *_details: Any) -> None:
        """A callback of the listener raised."""
        logger.exception("%s", message)  # noqa: LOG004  (picows calls this while it handles one)
        self._soon(self._parser.listener.on_internal_error)

    def _soon(self, action: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(action)


__all__ = ["FrameListener", "FrameParsers", "WSFrame", "WSMsgType"]
