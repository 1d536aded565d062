"""One WebSocket of a client: RFC 6455 between the bytes and the messages.

Its life is short to tell. It is *open* until either side says goodbye. When the service says it
first, the WebSocket is *closing* until the client answers or the time for that is over; when the
client says it first, the answer closes it at once. A client that breaks the protocol is not
listened to any more: the WebSocket is *deaf*, says goodbye, and throws away what still arrives.
``lost`` comes last and once, whatever happened. Specification: client-protocols sections 2.1 to
2.3.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from enum import Enum, auto

from webpubsub.protocol.clients.codec import ClientCodec, Frame, FrameKind
from webpubsub.protocol.refusals import RefusalKind
from webpubsub.protocol.refusals import websockets as kinds
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.sweeper import Deadline, Sweeper, Watch
from webpubsub.service.websockets.frame_reader import (
    FrameParsers,
    WSFrame,
    WSMsgType,
)
from webpubsub.service.websockets.frames import PING, close_frame, parse_close, pong_frame
from webpubsub.service.websockets.lingering import Lingering
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.reading import Reading
from webpubsub.service.websockets.receiver import Receiver

logger = logging.getLogger("webpubsub.service.websockets")

_CONTROL = 0x8
_CLOSE = 0x8
_PING = 0x9
_KINDS = {WSMsgType.TEXT: FrameKind.TEXT, WSMsgType.BINARY: FrameKind.BINARY}


class State(Enum):
    """Where a WebSocket is in its life."""

    OPEN = auto()
    CLOSING = auto()
    CLOSED = auto()


# Python 3.11 takes its time to look up a member of an enumeration.
_OPEN = State.OPEN
_TEXT = FrameKind.TEXT


class WebSocket(Reading):
    """A client's WebSocket; everything that is sent goes through ``outbox``. ``clock`` gives
    seconds since the epoch."""

    __slots__ = (
        "_deadline",
        "_deaf",
        "_heard",
        "_missed",
        "_parsers",
        "_parts",
        "_parts_kind",
        "_peer_closed",
        "_receiver",
        "_settings",
        "_state",
        "_sweeper",
        "_watch",
        "outbox",
    )

    def __init__(
        self,
        transport: asyncio.Transport,
        codec: ClientCodec,
        settings: ServiceSettings,
        flusher: Flusher,
        sweeper: Sweeper,
        parsers: FrameParsers,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(transport, flusher)
        self.outbox = Outbox(transport, codec, flusher, settings, self._on_overflow, clock)
        self._settings = settings
        self._sweeper = sweeper
        self._parsers = parsers
        self._receiver: Receiver | None = None
        self._state = State.OPEN
        self._deaf = False
        self._peer_closed = False
        self._heard = True
        self._missed = 0
        self._deadline: Deadline | None = None
        self._watch: Watch | None = None
        self._parts: bytearray | None = None
        self._parts_kind = FrameKind.TEXT

    def begin(self, receiver: Receiver, tail: bytes, ping_interval: float | None = None) -> None:
        """Deliver what the client sends to ``receiver``, beginning with ``tail``, which arrived
        behind its handshake. ``ping_interval`` in seconds is that of the service when None."""
        self._receiver = receiver
        self._watch = self._sweeper.watch(self, ping_interval)
        self._parsers.read(self._transport, self, tail)
        self.begin_reading()

    @property
    def said_to_many(self) -> int:
        """How many messages were sent to many clients each, by anybody."""
        return self._flusher.said_to_many

    def postpone(self, action: Callable[[], None], *, to_many: bool = False) -> None:
        """Have something done in another turn of the event loop, before which everybody else is
        heard. Who has just sent ``to_many`` waits for these, too, if too much is on its way."""
        self._flusher.postpone(lambda: self._attempt(action), to_many=to_many)

    def close(self, code: int, reason: str = "") -> None:
        """Send everything and a close frame, then close as RFC 6455 section 7 asks; nothing is sent
        after it. ``NO_CODE`` makes an empty close frame."""
        if self._state is not State.OPEN:
            return
        self._state = State.CLOSING
        self.outbox.append(close_frame(code, reason))
        self.outbox.finish()
        self.resume_reading()
        self._deadline = self._sweeper.after(self._settings.close_timeout, self._transport.abort)
        if self._peer_closed:
            self._transport.close()
        elif self._deaf and not self._transport.is_closing():
            self._transport.write_eof()

    def abort(self) -> None:
        """Cut the connection without a word."""
        if self._state is not State.CLOSED:
            self._state = State.CLOSED
            self._transport.abort()

    def keep_alive(self) -> bool:
        """Ping the client, or drop it when it has missed too many pings."""
        if self._state is not State.OPEN:
            return False
        if self._heard or self.receiver_is_busy:
            self._heard = False
            self._missed = 0
        else:
            self._missed += 1
        if self._missed >= self._settings.max_missed_pings:
            self._drop(kinds.PING_TIMEOUT, f"{self._missed} intervals without a sign of life")
            return False
        self.outbox.append(PING)
        return True

    # What the frame reader calls

    def on_frame(self, frame: WSFrame) -> None:
        """A frame has arrived; the hot path is a whole message in one frame."""
        self._heard = True
        self._frames += 1
        if self._deaf or self._peer_closed:
            return
        kind = _KINDS.get(frame.msg_type)
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._break(kinds.FRAME_INVALID, "a reserved bit")
        elif kind is None or not frame.fin or self._parts is not None:
            self._piece(frame, kind)
        elif self._state is _OPEN:
            self._message(kind, frame.get_payload_as_bytes())

    def on_lost(self) -> None:
        """The connection is gone."""
        self._state = State.CLOSED
        self.outbox.finish()
        # So that neither waits for the garbage collector to find the other.
        self.outbox.overflow = _nothing
        for appointment in (self._deadline, self._watch):
            if appointment is not None:
                appointment.cancel()
        receiver, self._receiver = self._receiver, None
        if receiver is not None:
            receiver.lost()

    def pause_writing(self) -> None:
        """The client does not read fast enough."""
        self.outbox.pause()

    def resume_writing(self) -> None:
        """The client has caught up."""
        self.outbox.resume()

    def on_unreadable(self) -> None:
        """What follows is not to be read."""
        self._transport.set_protocol(_Unheard(self))

    def on_broken_frame(self, too_large: bool) -> None:
        """What arrived is not a frame, or too large a one."""
        if too_large:
            self._break(kinds.MESSAGE_TOO_LARGE, "a longer frame")
        else:
            self._break(kinds.FRAME_INVALID, "a malformed frame")

    def on_internal_error(self) -> None:
        """We failed; the client cannot go on."""
        self._break(kinds.INTERNAL_ERROR, "an exception")

    def _attempt(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception:
            logger.exception("what a client has sent")
            self.on_internal_error()

    # Messages

    def _message(self, kind: FrameKind, payload: bytes) -> None:
        if kind is _TEXT and not payload.isascii() and not _is_utf8(payload):
            self._break(kinds.TEXT_INVALID, "other bytes")
        elif self._receiver is not None:
            self._receiver.message(Frame(kind, payload))

    def _piece(self, frame: WSFrame, kind: FrameKind | None) -> None:
        """What is not a whole message."""
        opcode: int = frame.msg_type.value
        if opcode >= _CONTROL:
            self._control(opcode, frame.get_payload_as_bytes())
        elif self._state is _OPEN:
            self._fragment(kind, frame.get_payload_as_bytes(), bool(frame.fin))

    def _fragment(self, kind: FrameKind | None, payload: bytes, final: bool) -> None:
        """Only the first fragment says of which kind the message is."""
        if (kind is None) is (self._parts is None):
            self._break(kinds.FRAME_INVALID, "fragments out of order")
            return
        if kind is not None:
            self._parts_kind = kind
        parts = bytearray() if self._parts is None else self._parts
        parts += payload
        if len(parts) > self._settings.max_message_bytes:
            self._break(kinds.MESSAGE_TOO_LARGE, f"{len(parts)} bytes in fragments")
            return
        self._parts = None if final else parts
        if final:
            self._message(self._parts_kind, bytes(parts))

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == _CLOSE:
            self._goodbye(payload)
        elif opcode == _PING:
            self.outbox.append(pong_frame(payload))

    def _goodbye(self, payload: bytes) -> None:
        close = parse_close(payload)
        if close is None:
            self._break(kinds.FRAME_INVALID, "a close frame with an invalid code or reason")
            return
        self._peer_closed = True
        if self._state is State.CLOSING:
            self._transport.close()
        elif self._receiver is not None:
            self._receiver.goodbye(*close)

    # Failures

    def _break(self, kind: RefusalKind, seen: str) -> None:
        if self._deaf or self._state is State.CLOSED:
            return
        self._deaf = True
        self._parts = None
        self._transport.set_protocol(_Unheard(self))
        if self._state is State.CLOSING:
            self._transport.close()
        elif self._receiver is not None:
            self._receiver.broken(kinds.close_refusal(kind, seen))

    def _on_overflow(self) -> None:
        self._drop(kinds.SLOW_CLIENT, "more than that")

    def _drop(self, kind: RefusalKind, seen: str) -> None:
        if self._state is State.CLOSED:
            return
        self._state = State.CLOSED
        self._transport.abort()
        if self._receiver is not None:
            self._receiver.dropped(kind.refuse(seen))


class _Unheard(Lingering):
    """Takes the bytes that a deaf WebSocket does not want; the client may still read too slowly."""

    def __init__(self, websocket: WebSocket) -> None:
        super().__init__(websocket.on_lost)
        self._websocket = websocket

    def pause_writing(self) -> None:
        self._websocket.pause_writing()

    def resume_writing(self) -> None:
        self._websocket.resume_writing()


def _nothing() -> None: ...


def _is_utf8(payload: bytes) -> bool:
    try:
        payload.decode()
    except UnicodeDecodeError:
        return False
    return True
