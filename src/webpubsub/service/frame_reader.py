"""The only module that knows picows.

picows is used as a parser and as nothing else: it reads straight into its own buffer, unmasks and
cuts frames faster than Python could, and calls back. Everything that is sent goes through an
outbox, and the handshake is ours, so what picows thinks it sends or closes is thrown away. Its
``WSProtocol`` is not in its public list; the version is bounded, and the tests of this module fail
when its constructor, its buffer methods or its way of reporting a broken frame change.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any

from picows import WSAutoPingStrategy, WSFrame, WSListener, WSTransport
from picows.picows import WSProtocol  # type: ignore[attr-defined]

logger = logging.getLogger("webpubsub.service.websockets")

_TOO_LARGE = 1009
_READ_BUFFER_BYTES = 2048

# A handshake that picows accepts, in place of the client's own, which has been checked already.
_HEAD = (
    b"GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
)


class FrameListener(WSListener):
    """Gets the frames of one client, and is told when they make no sense.

    Subclasses override ``on_ws_frame``, ``on_ws_disconnected`` and the two pause methods of picows'
    listener, and the methods below.
    """

    __slots__ = ()

    def on_unreadable(self) -> None:
        """Give the transport another protocol at once: picows would take what follows a broken
        frame for frames. ``on_broken_frame`` follows."""

    def on_broken_frame(self, too_large: bool) -> None:
        """The bytes are not a frame, or announce one over the limit. All frames before it have been
        delivered; nothing after it is of use."""

    def on_internal_error(self) -> None:
        """A callback raised, which has been logged."""


def read_frames(
    transport: asyncio.Transport, listener: FrameListener, max_frame_bytes: int, tail: bytes
) -> None:
    """Have the frames that arrive at ``transport`` delivered to ``listener``.

    ``tail`` is what has arrived behind the client's handshake already.
    """
    reports = _Reports(listener)
    protocol = WSProtocol(
        None,  # host and port, path: for clients
        None,
        False,  # not a client
        lambda _request: listener,
        reports,
        False,  # a listener that raises is reported, see _Reports
        None,  # no handshake timeout
        False,  # no pings: the sweeper sends them
        20,
        20,
        WSAutoPingStrategy.PING_WHEN_IDLE,
        False,  # no pongs: they go through the outbox
        max_frame_bytes,
        None,  # no extra headers
        _READ_BUFFER_BYTES,
    )
    protocol.connection_made(_MUTE)
    _feed(protocol, _HEAD, reports)
    transport.set_protocol(protocol)
    _feed(protocol, tail, reports)


def _feed(protocol: WSProtocol, data: bytes, reports: "_Reports") -> None:
    while data and not reports.broken:
        buffer = protocol.get_buffer(-1)
        size = min(len(buffer), len(data))
        buffer[:size] = data[:size]
        data = data[size:]
        protocol.buffer_updated(size)


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

    __slots__ = ("_listener", "broken")

    def __init__(self, listener: FrameListener) -> None:
        self._listener = listener
        self.broken = False

    def isEnabledFor(self, _level: int) -> bool:  # noqa: N802
        return False

    def debug(self, *_message: Any) -> None: ...

    info = warning = debug

    def error(self, _message: str, *details: Any) -> None:
        """A frame is broken. Frames that were parsed before it are delivered after this call."""
        (code, _text), *_ = details
        if self.broken:
            return
        self.broken = True
        self._listener.on_unreadable()
        self._soon(lambda: self._listener.on_broken_frame(int(code) == _TOO_LARGE))

    def exception(self, message: str, *_details: Any) -> None:
        """A callback of the listener raised."""
        logger.exception("%s", message)  # noqa: LOG004  (picows calls this while it handles one)
        self._soon(self._listener.on_internal_error)

    def _soon(self, action: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_soon(action)


__all__ = ["FrameListener", "WSFrame", "WSTransport", "read_frames"]
