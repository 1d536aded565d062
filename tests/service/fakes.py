"""Stand-ins for what surrounds the modules of the service: a loop, a clock, a wire, a receiver."""

import asyncio
import struct
from collections.abc import Callable, Sequence
from typing import Any, cast

from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.session_limits import DEFAULT_LIMITS, SessionLimits
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.lanes import PlainLane
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.outgoing.runs import Run

JSON_SUBPROTOCOL = "json.webpubsub.azure.v1"


class ManualTimer:
    """A timer of a manual loop."""

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action = action
        self.cancelled = False

    def cancel(self) -> None:
        self.cancelled = True


class ManualLoop:
    """An event loop whose turns and whose time the test makes."""

    def __init__(self) -> None:
        self.now = 0.0
        self.soon: list[Callable[[], None]] = []
        self.timers: list[ManualTimer] = []
        #: Of everything that is sent by this loop.
        self.flusher = Flusher(self.asyncio)

    def time(self) -> float:
        return self.now

    def call_soon(self, action: Callable[..., None], *args: Any) -> None:
        self.soon.append(lambda: action(*args))

    def call_later(self, delay: float, action: Callable[..., None], *args: Any) -> ManualTimer:
        timer = ManualTimer(self.now + delay, lambda: action(*args))
        self.timers.append(timer)
        return timer

    def call_at(self, when: float, action: Callable[..., None], *args: Any) -> ManualTimer:
        return self.call_later(when - self.now, action, *args)

    def turn(self) -> None:
        """One turn: everything that was asked for before it."""
        soon, self.soon = self.soon, []
        for action in soon:
            action()

    def advance(self, seconds: float) -> None:
        """Let time pass, and call the timers that are due, the earliest first."""
        end = self.now + seconds
        while due := [timer for timer in self.waiting if timer.when <= end]:
            timer = min(due, key=lambda one: one.when)
            self.timers.remove(timer)
            self.now = max(self.now, timer.when)
            timer.action()
        self.now = end

    @property
    def waiting(self) -> list[ManualTimer]:
        """The timers that are still to be called."""
        return [timer for timer in self.timers if not timer.cancelled]

    @property
    def asyncio(self) -> asyncio.AbstractEventLoop:
        """The same loop under the type that its users expect."""
        return cast("asyncio.AbstractEventLoop", self)


class Wire(asyncio.Transport):
    """A transport that keeps what is written to it, and says what it was asked to do."""

    def __init__(self) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.calls: list[str] = []
        self.protocol: asyncio.BaseProtocol | None = None
        self.closing = False

    @property
    def written(self) -> bytes:
        return b"".join(self.writes)

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of every frame that was written."""
        return server_frames(self.written)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.writes.append(bytes(data))

    def write_eof(self) -> None:
        self.calls.append("write_eof")

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.calls.append("close")
        self.closing = True

    def abort(self) -> None:
        self.calls.append("abort")
        self.closing = True

    def pause_reading(self) -> None:
        self.calls.append("pause_reading")

    def resume_reading(self) -> None:
        self.calls.append("resume_reading")

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        self.protocol = protocol

    # What the network does

    def receive(self, data: bytes) -> None:
        """Have bytes of the client arrive."""
        while data:
            protocol = cast("Any", self.protocol)
            if isinstance(protocol, asyncio.Protocol):
                protocol.data_received(data)
                return
            buffer = protocol.get_buffer(-1)
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            protocol.buffer_updated(size)
            data = data[size:]

    def poll(self, data: bytes) -> bytes:
        """Have bytes arrive as libuv has them in one turn of its loop: buffers that come full are
        followed by more, up to 32 of them, unless it is told to pause. Returns what is left."""
        for _ in range(32):
            if not data or self.is_paused:
                break
            protocol = cast("Any", self.protocol)
            buffer = protocol.get_buffer(-1)
            size = min(len(buffer), len(data))
            buffer[:size] = data[:size]
            data = data[size:]
            protocol.buffer_updated(size)
            if size < len(buffer):
                break
        return data

    @property
    def is_paused(self) -> bool:
        """Whether nothing is to be read."""
        calls = [call for call in self.calls if call.endswith("_reading")]
        return calls[-1:] == ["pause_reading"]

    def lose(self) -> None:
        """Have the connection end."""
        self.closing = True
        protocol = cast("Any", self.protocol)
        protocol.connection_lost(None)


def server_frames(data: bytes) -> list[tuple[int, bytes]]:
    """Opcode and payload of unmasked frames, each of which must be whole."""
    frames = []
    while data:
        opcode, size, start = data[0] & 0x0F, data[1], 2
        assert data[0] & 0xF0 == 0x80, "a server sends unfragmented frames without extensions"
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(data[2:start])
        assert len(data) >= start + size, "the last frame is cut off"
        frames.append((opcode, data[start : start + size]))
        data = data[start + size :]
    return frames


def client_frame(
    opcode: int, payload: bytes = b"", *, final: bool = True, bits: int = 0, masked: bool = True
) -> bytes:
    """A frame as a client sends it; ``bits`` are reserved bits."""
    first = (0x80 if final else 0) | bits | opcode
    size = len(payload)
    flag = 0x80 if masked else 0
    if size < 126:
        head = bytes((first, flag | size))
    elif size < 65_536:
        head = bytes((first, flag | 126)) + size.to_bytes(2)
    else:
        head = bytes((first, flag | 127)) + size.to_bytes(8)
    if not masked:
        return head + payload
    mask = b"\x11\x22\x33\x44"
    key = (mask * (size // 4 + 1))[:size]
    body = (int.from_bytes(payload) ^ int.from_bytes(key)).to_bytes(size) if size else b""
    return head + mask + body


def close_payload(code: int, reason: str = "") -> bytes:
    """The payload of a close frame."""
    return struct.pack("!H", code) + reason.encode()


class Listener:
    """Takes what a WebSocket hears, and remembers it."""

    def __init__(self) -> None:
        self.heard: list[Frame | tuple[int, str] | Refusal | str] = []

    def message(self, frame: Frame) -> None:
        self.heard.append(frame)

    def goodbye(self, code: int, reason: str) -> None:
        self.heard.append((code, reason))

    def broken(self, refusal: Refusal) -> None:
        self.heard.append(refusal)

    def dropped(self, refusal: Refusal) -> None:
        self.heard.append(refusal)

    def lost(self) -> None:
        self.heard.append("lost")


class Client:
    """The far end of a session that is attached without any network."""

    def __init__(
        self,
        loop: ManualLoop,
        codec: ClientCodec | None = None,
        settings: ServiceSettings | None = None,
    ) -> None:
        self.wire = Wire()
        self.loop = loop
        self.told: list[Notice] = []
        self.farewell: str | None = None
        self.left = False
        self.expelled: Refusal | None = None
        self.yielded = False
        self.outbox = Outbox(
            self.wire,
            codec or codec_for(JSON_SUBPROTOCOL),
            loop.flusher,
            settings or ServiceSettings(),
            lambda: None,
        )

    def tell(self, notice: Notice) -> None:
        self.told.append(notice)

    def finish(self, message: str) -> None:
        self.farewell = message

    def leave(self) -> None:
        self.left = True

    def expel(self, refusal: Refusal) -> None:
        self.expelled = refusal

    def yield_to_successor(self) -> None:
        self.yielded = True

    @property
    def payloads(self) -> list[bytes]:
        """What the client has been sent."""
        self.loop.turn()
        return [payload for _, payload in self.wire.frames]


class Endings:
    """Remembers which sessions ended, and why; with ``wants_presence`` also who joined and left
    groups, all in order."""

    def __init__(self, *, wants_presence: bool = False) -> None:
        self.wants_presence = wants_presence
        self.ended: list[tuple[str, str]] = []
        self.raised: list[tuple[str, str, str]] = []

    def joined(self, session: Session, group: str) -> None:
        self.raised.append(("joined", session.connection_id, group))

    def left(self, session: Session, group: str) -> None:
        self.raised.append(("left", session.connection_id, group))

    def disconnected(self, session: Session, reason: str) -> None:
        self.ended.append((session.connection_id, reason))
        self.raised.append(("disconnected", session.connection_id, reason))


def attached(
    loop: ManualLoop,
    connection_id: str,
    *,
    user_id: str | None = None,
    hub: str = "chat",
    codec: ClientCodec | None = None,
    limits: SessionLimits = DEFAULT_LIMITS,
) -> tuple[Session, Client]:
    """A session and the client that carries it."""
    session = Session(hub, connection_id, user_id, limits)
    client = Client(loop, codec)
    session.attach(client)
    return session, client


def texts(frames: Sequence[tuple[int, bytes]]) -> list[str]:
    """The payloads as text."""
    return [payload.decode() for _, payload in frames]


def begin_run(flusher: Flusher, codec: ClientCodec, outboxes: Sequence[Outbox]) -> Run:
    """What is sent to these from now on, after what was sent to some of them with others."""
    run, lane = Run(outboxes), PlainLane(codec)
    for outbox in outboxes:
        flusher.end(outbox.run)
        outbox.run = run
        lane.members.append(outbox)
    run.enlist([lane])
    flusher.begin(run)
    return run
