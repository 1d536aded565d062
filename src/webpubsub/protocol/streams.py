"""Streams: one client publishes numbered fragments to a group, and the group sees a beginning, an
unbroken sequence and an end.

The theory. A stream is *open* from its accepted start until something ends it, and then its id is
free again. An open stream is a counter, the number of the fragment that is expected next, and a
moment at which it has been idle for too long. Only the expected fragment is published, and it moves
the counter on; one with a smaller number is a repetition and one with a larger number leaves a gap,
so neither changes anything but that moment. Hence what is published is 1, 2, 3 and so on, each once
and in this order, whatever the client repeats or skips; and the counter alone tells a client that
has lost its transport where to go on. Whatever takes a stream out of *open* publishes one terminal
message under the expected number, so every stream that subscribers have seen ends for them, and
ends once. A refused start opens nothing and ends nothing.

The answer to a start or to an end can be lost with the transport. So what has been closed is
remembered for the client that comes back, and a stream of which nothing has been published by then
may be started again, because its client cannot know that it is open. Specification:
client-protocols section 9.3.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from enum import StrEnum
from typing import NamedTuple, TypeAlias

import msgspec

from webpubsub.protocol.clients.notices import (
    Notice,
    NoticeError,
    StreamAck,
    StreamClosed,
    StreamNack,
)
from webpubsub.protocol.clients.request_fields import MAX_ID_LENGTH
from webpubsub.protocol.clients.requests import (
    EndStream,
    KeepStreamAlive,
    StartStream,
    StreamFragment,
)
from webpubsub.protocol.messages import DataType, Message, StreamError, StreamInfo
from webpubsub.protocol.operations import SendToGroup

#: CHOICE: these limits and that of ids, MAX_ID_LENGTH, are ours; beyond any of them a start
#: is refused with ``BadRequest``. How many streams of one connection may be open, unless it is set
#: otherwise; as many closed ones are remembered for a client that comes back.
MAX_OPEN = 100
MAX_IDLE_TIMEOUT_MS = 3_600_000
DEFAULT_IDLE_TIMEOUT_MS = 300_000

StreamRequest: TypeAlias = StreamFragment | KeepStreamAlive | EndStream


class StreamPhase(StrEnum):
    """Where the stream of an id is in its life."""

    FREE = "free"
    OPEN = "open"


class StreamChange(StrEnum):
    """What happens to a stream."""

    START = "start"
    ADVANCE = "advance"
    REPEAT = "repeat"
    SKIP = "skip"
    KEEP_ALIVE = "keep alive"
    END = "end"
    FORBID = "forbid"
    EXPIRE = "expire"
    CANCEL = "cancel"


class Told(StrEnum):
    """What the publisher is told of it."""

    NOTHING = "nothing"
    ACK = "ack"
    NACK = "nack"
    CLOSED = "closed"


class Transition(NamedTuple):
    """What follows when something happens."""

    phase: StreamPhase
    told: Told


_FREE, _OPEN = StreamPhase.FREE, StreamPhase.OPEN

#: What is not in this table does not happen: the publisher is told that its stream is not found or,
#: of a start, that it is refused.
LIFE: Mapping[tuple[StreamPhase, StreamChange], Transition] = {
    (_FREE, StreamChange.START): Transition(_OPEN, Told.ACK),
    (_OPEN, StreamChange.ADVANCE): Transition(_OPEN, Told.ACK),
    (_OPEN, StreamChange.REPEAT): Transition(_OPEN, Told.ACK),
    (_OPEN, StreamChange.SKIP): Transition(_OPEN, Told.NACK),
    (_OPEN, StreamChange.KEEP_ALIVE): Transition(_OPEN, Told.NOTHING),
    (_OPEN, StreamChange.END): Transition(_FREE, Told.CLOSED),
    (_OPEN, StreamChange.FORBID): Transition(_FREE, Told.CLOSED),
    (_OPEN, StreamChange.EXPIRE): Transition(_FREE, Told.CLOSED),
    (_OPEN, StreamChange.CANCEL): Transition(_FREE, Told.NOTHING),
}

#: Why a stream ended that its publisher did not end, as both sides are told.
REASONS: Mapping[StreamChange, NoticeError] = {
    StreamChange.FORBID: NoticeError(
        "Forbidden", "The publisher may not send to the group any more."
    ),
    StreamChange.EXPIRE: NoticeError("IdleTimeout", "The stream was idle for too long."),
    StreamChange.CANCEL: NoticeError("Cancelled", "The connection of the publisher has ended."),
}

_NOT_FOUND = NoticeError("StreamNotFound", "The connection has no open stream of this id.")
_NOTHING = Message(DataType.TEXT, b"")


class Publisher(msgspec.Struct, frozen=True):
    """The connection that the streams come from."""

    hub: str
    connection_id: str
    user_id: str | None


class OpenStream(msgspec.Struct, kw_only=True):
    """``expected`` is the number of its next fragment, ``idle_timeout`` in seconds, ``expires_at``
    in seconds since the epoch."""

    stream_id: str
    group: str
    no_echo: bool
    idle_timeout: float
    expires_at: float
    expected: int = 1


class StreamsSnapshot(msgspec.Struct, frozen=True):
    """The streams of a connection as a value that can be written as bytes and installed
    elsewhere."""

    open: tuple[OpenStream, ...] = ()
    closed: tuple[StreamClosed, ...] = ()


class Step(NamedTuple):
    """What comes of something: first what goes to the group, then what the publisher is told."""

    operation: SendToGroup | None
    notice: Notice | None


class OpenStreams:
    """The streams of one connection, ``most`` of them at the same time. ``now`` is in seconds since
    the epoch everywhere."""

    __slots__ = ("_closed", "_most", "_open", "_publisher", "_unconfirmed")

    def __init__(
        self,
        publisher: Publisher,
        snapshot: StreamsSnapshot | None = None,
        *,
        most: int = MAX_OPEN,
    ) -> None:
        snapshot = snapshot or StreamsSnapshot()
        self._most = most
        self._publisher = publisher
        self._open = {stream.stream_id: copy(stream) for stream in snapshot.open}
        self._closed = {notice.stream_id: notice for notice in snapshot.closed}
        #: Those whose client may never have heard that they are open.
        self._unconfirmed: set[str] = set()

    def __len__(self) -> int:
        return len(self._open)

    def group_of(self, stream_id: str) -> str | None:
        """The group that an open stream goes to; None when there is no such stream."""
        stream = self._open.get(stream_id)
        return None if stream is None else stream.group

    def start(self, request: StartStream, now: float) -> StreamAck | StreamClosed:
        """Open a stream, or say why not."""
        problem = self._problem(request)
        if problem is not None:
            return StreamClosed(
                stream_id=request.stream_id, error=NoticeError("BadRequest", problem)
            )
        timeout = (request.idle_timeout_ms or DEFAULT_IDLE_TIMEOUT_MS) / 1000
        self._closed.pop(request.stream_id, None)
        self._unconfirmed.discard(request.stream_id)
        stream = self._open[request.stream_id] = OpenStream(
            stream_id=request.stream_id,
            group=request.group,
            no_echo=request.no_echo,
            idle_timeout=timeout,
            expires_at=now + timeout,
        )
        return _ack(stream)

    def take(self, request: StreamRequest, now: float) -> Step:
        """Carry out what the publisher asks of a stream."""
        stream = self._open.get(request.stream_id)
        if stream is None:
            return Step(None, StreamClosed(stream_id=request.stream_id, error=_NOT_FOUND))
        self._unconfirmed.discard(request.stream_id)
        stream.expires_at = now + stream.idle_timeout
        return self._move(stream, _change(stream, request), request)

    def forbid(self, stream_id: str) -> Step:
        """End an open stream whose publisher may no longer send to its group."""
        return self._move(self._open[stream_id], StreamChange.FORBID)

    def expire(self, now: float) -> Sequence[Step]:
        """End every stream that has been idle for too long."""
        idle = [stream for stream in self._open.values() if stream.expires_at <= now]
        return [self._move(stream, StreamChange.EXPIRE) for stream in idle]

    def cancel(self) -> Sequence[SendToGroup]:
        """End every stream, because the connection has ended; what goes to the groups."""
        steps = [self._move(stream, StreamChange.CANCEL) for stream in tuple(self._open.values())]
        return [step.operation for step in steps if step.operation is not None]

    def resume(self) -> Sequence[Notice]:
        """What a client must be told that is back on another transport."""
        self._unconfirmed = {one.stream_id for one in self._open.values() if one.expected == 1}
        return [*map(_ack, self._open.values()), *self._closed.values()]

    def snapshot(self) -> StreamsSnapshot:
        """The streams as a value."""
        return StreamsSnapshot(tuple(map(copy, self._open.values())), tuple(self._closed.values()))

    def _problem(self, request: StartStream) -> str | None:
        stream_id, timeout = request.stream_id, request.idle_timeout_ms
        if request.carries_message:
            return "A stream starts without data, metadata and a time to live."
        if len(stream_id) > MAX_ID_LENGTH:
            return f"The stream id is longer than {MAX_ID_LENGTH} characters."
        if timeout is not None and not 0 < timeout <= MAX_IDLE_TIMEOUT_MS:
            return f"The idle timeout is not 1 to {MAX_IDLE_TIMEOUT_MS} milliseconds."
        if stream_id in self._unconfirmed:
            return None
        if stream_id in self._open:
            return "The stream is open already."
        if len(self._open) >= self._most:
            return f"The connection has {self._most} open streams, which is the most."
        return None

    def _move(
        self, stream: OpenStream, change: StreamChange, request: StreamRequest | None = None
    ) -> Step:
        transition = LIFE[StreamPhase.OPEN, change]
        operation = None
        if isinstance(request, StreamFragment) and change is StreamChange.ADVANCE:
            operation = self._send(stream, request.message)
            stream.expected += 1
        elif transition.phase is StreamPhase.FREE:
            operation = self._send(stream, _NOTHING, ends=True, error=_told_error(change, request))
            self._close(stream, REASONS.get(change))
        return Step(operation, _NOTICES[transition.told](stream, REASONS.get(change)))

    def _close(self, stream: OpenStream, reason: NoticeError | None) -> None:
        del self._open[stream.stream_id]
        self._closed[stream.stream_id] = _closed(stream, reason)
        if len(self._closed) > self._most:
            del self._closed[next(iter(self._closed))]

    def _send(
        self,
        stream: OpenStream,
        message: Message,
        *,
        ends: bool = False,
        error: StreamError | None = None,
    ) -> SendToGroup:
        publisher = self._publisher
        return SendToGroup(
            hub=publisher.hub,
            group=stream.group,
            message=message,
            excluded=frozenset((publisher.connection_id,)) if stream.no_echo else frozenset(),
            from_user_id=publisher.user_id,
            stream=StreamInfo(
                stream_id=stream.stream_id, sequence_id=stream.expected, ends=ends, error=error
            ),
        )


def _change(stream: OpenStream, request: StreamRequest) -> StreamChange:
    if isinstance(request, EndStream):
        return StreamChange.END
    if isinstance(request, KeepStreamAlive):
        return StreamChange.KEEP_ALIVE
    if request.sequence_id == stream.expected:
        return StreamChange.ADVANCE
    behind = request.sequence_id < stream.expected
    return StreamChange.REPEAT if behind else StreamChange.SKIP


def _told_error(change: StreamChange, request: StreamRequest | None) -> StreamError | None:
    """Why a stream ended, for its subscribers; None when all is well."""
    if isinstance(request, EndStream):
        return request.error
    reason = REASONS[change]
    return StreamError(reason.name, reason.message)


def _ack(stream: OpenStream, _reason: NoticeError | None = None) -> StreamAck:
    return StreamAck(stream_id=stream.stream_id, expected=stream.expected)


def _nack(stream: OpenStream, _reason: NoticeError | None) -> StreamNack:
    return StreamNack(
        stream_id=stream.stream_id,
        name="InvalidSequenceId",
        message=f"The fragment {stream.expected} is expected next.",
        expected=stream.expected,
    )


def _closed(stream: OpenStream, reason: NoticeError | None) -> StreamClosed:
    return StreamClosed(stream_id=stream.stream_id, error=reason)


def _nothing(_stream: OpenStream, _reason: NoticeError | None) -> None:
    return None


_NOTICES: Mapping[Told, Callable[[OpenStream, NoticeError | None], Notice | None]] = {
    Told.NOTHING: _nothing,
    Told.ACK: _ack,
    Told.NACK: _nack,
    Told.CLOSED: _closed,
}
