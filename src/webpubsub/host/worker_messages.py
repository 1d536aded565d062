"""What the host and a worker in another process say to each other.

Each message is MessagePack with its length in four bytes before it. Every ``call`` is answered once
by a message with the same number, whatever becomes of it, unless the process dies. One stream keeps
the order: what a function logged arrives before what it returned.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

import msgspec

from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.values import (
    EventValue,
    HttpExchange,
    HttpReply,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.host.worker import FunctionFailure, TraceContext
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    MqttConnectedEventRequest,
    MqttConnectEventRequest,
    MqttDisconnectedEventRequest,
    UserEventRequest,
)

_LENGTH_BYTES = 4


class Blob(msgspec.Struct, frozen=True, tag=True):
    """Bytes as a value, told from text by their type."""

    data: bytes


class WholeEvent(msgspec.Struct, frozen=True, tag=True):
    """An event with all its members, by the name of its class."""

    kind: str
    members: msgspec.Raw


class Written(msgspec.Struct, frozen=True, tag=True):
    """A JSON value that is not to be looked at as text."""

    json: bytes


WireValue: TypeAlias = (
    str
    | int
    | float
    | JsonText
    | HttpRequestData
    | HttpResponseData
    | Blob
    | WholeEvent
    | Written
    | None
)


def on_the_wire(value: Value, *, whole_events: bool = False) -> WireValue:
    """A value as it travels: an event either whole, for a function that takes it as it is, or what
    the real worker would be given of it.

    Raises TypeError for what cannot be written.
    """
    if isinstance(value, EventValue):
        if whole_events:
            event = value.event
            return WholeEvent(type(event).__name__, msgspec.Raw(_encoder.encode(event)))
        value = value.wire
    if isinstance(value, bytes):
        return Blob(value)
    if isinstance(value, HttpRequestData):  # the lines are for bindings of the host
        return msgspec.structs.replace(value, header_lines=[])
    if isinstance(value, JsonValue):
        return Written(_json(value.value))
    if isinstance(value, EventValue | HttpExchange | HttpReply):
        raise TypeError("an object cannot leave its process")
    return value


def off_the_wire(value: WireValue) -> Value:
    """The value again."""
    if isinstance(value, WholeEvent):
        return EventValue(event=_whole(value))
    if isinstance(value, Written):
        return JsonValue(msgspec.json.decode(value.json))
    return value.data if isinstance(value, Blob) else value


_EVENT_KINDS: Sequence[type[AnyEventRequest]] = (
    ConnectEventRequest,
    ConnectedEventRequest,
    DisconnectedEventRequest,
    MqttConnectEventRequest,
    MqttConnectedEventRequest,
    MqttDisconnectedEventRequest,
    UserEventRequest,
)
_EVENT_DECODERS: Mapping[str, msgspec.msgpack.Decoder[AnyEventRequest]] = {
    kind.__name__: msgspec.msgpack.Decoder(kind) for kind in _EVENT_KINDS
}


def _whole(value: WholeEvent) -> AnyEventRequest:
    event = _EVENT_DECODERS[value.kind].decode(value.members)
    if isinstance(event, ConnectEventRequest):  # what never changes arrives as a list
        return msgspec.structs.replace(
            event,
            subprotocols=tuple(event.subprotocols),
            client_certificates=tuple(event.client_certificates),
        )
    return event


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, msgspec.MsgspecError) as error:
        raise TypeError(f"what the function gave cannot be written as JSON: {error}") from None


class Index(msgspec.Struct, frozen=True, tag=True):
    """Index the app in a directory: ``Indexed`` or ``NotIndexed``."""

    call: int
    directory: str


class Load(msgspec.Struct, frozen=True, tag=True):
    """Make a function ready: ``Loaded`` or ``NotLoaded``."""

    call: int
    function: FunctionMetadata


class Invoke(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Call a function: ``Returned``. ``metadata`` is empty unless the function wants it."""

    call: int
    id: str
    function_id: str
    inputs: list[tuple[str, WireValue]]
    metadata: dict[str, WireValue]
    trace_context: TraceContext
    retry_count: int
    max_retry_count: int


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Nobody waits for this call any more."""

    call: int


class Stop(msgspec.Struct, frozen=True, tag=True):
    """Let go of everything and end."""


class Indexed(msgspec.Struct, frozen=True, tag=True):
    """The functions of the app."""

    call: int
    functions: list[FunctionMetadata]


class NotIndexed(msgspec.Struct, frozen=True, tag=True):
    """The whole app is broken."""

    call: int
    message: str
    traceback: str | None


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """A function is ready; invocations need the metadata of the trigger, or the whole event."""

    call: int
    wants_metadata: bool
    wants_event: bool


class NotLoaded(msgspec.Struct, frozen=True, tag=True):
    """A function cannot be loaded."""

    call: int
    message: str


class Returned(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """What came of an invocation."""

    call: int
    return_value: WireValue = None
    outputs: dict[str, WireValue] = {}
    failure: FunctionFailure | None = None


class Logged(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """A log record, with the invocation that it belongs to if there is one."""

    logger: str
    level: int
    message: str
    created: float
    invocation_id: str = ""
    function_name: str = ""


class Spent(msgspec.Struct, frozen=True, tag=True):
    """A function holds a thread although its invocation is over: the process is to be replaced."""

    function_name: str


ToWorker = Index | Load | Invoke | Cancel | Stop
ToHost = Indexed | NotIndexed | Loaded | NotLoaded | Returned | Logged | Spent

_ReceivedT = TypeVar("_ReceivedT")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):  # of a class of its own, as names of headers are
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} cannot leave its process")


_encoder = msgspec.msgpack.Encoder(enc_hook=_plain)


def encoded(message: ToWorker | ToHost) -> bytes:
    """A message as it travels. Raises TypeError, ValueError or OverflowError for what cannot, such
    as text with half a surrogate pair."""
    body = _encoder.encode(message)
    return len(body).to_bytes(_LENGTH_BYTES, "big") + body


class Channel(asyncio.Protocol, Generic[_ReceivedT]):
    """One end of the stream. ``received`` is called with each message, ``lost`` once at the end.

    What is sent in one turn of the event loop is written at its end: a system call costs more than
    a message, and calls come in crowds.
    """

    def __init__(
        self, kinds: Any, received: Callable[[_ReceivedT], None], lost: Callable[[], None]
    ) -> None:
        self._decode = msgspec.msgpack.Decoder(kinds).decode
        self._received = received
        self._lost = lost
        self._buffer = bytearray()
        self._outgoing: list[bytes] = []
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """Whether the other end is there."""
        return self._transport is not None

    def send(self, message: ToWorker | ToHost) -> None:
        """Send a message; once the other end is gone, nothing happens. Raises what ``encoded``
        does."""
        data = encoded(message)
        if not self._outgoing:
            asyncio.get_running_loop().call_soon(self._flush)
        self._outgoing.append(data)

    def write_now(self, data: bytes) -> None:
        """Send what is encoded already, after what waits, without waiting itself."""
        self._outgoing.append(data)
        self._flush()

    def close(self) -> None:
        """Send what waits, and end."""
        self._flush()
        if self._transport is not None:
            self._transport.close()

    def _flush(self) -> None:
        waiting, self._outgoing = self._outgoing, []
        if waiting and self._transport is not None:
            self._transport.writelines(waiting)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The other end is there."""
        self._transport = transport  # type: ignore[assignment]  # a stream's is one

    def data_received(self, data: bytes) -> None:
        """Take messages apart."""
        buffer = self._buffer
        buffer += data
        start = 0
        while len(buffer) - start >= _LENGTH_BYTES:
            body = start + _LENGTH_BYTES
            end = body + int.from_bytes(buffer[start:body], "big")
            if end > len(buffer):
                break
            self._received(self._decode(bytes(buffer[body:end])))
            start = end
        del buffer[:start]

    def connection_lost(self, error: Exception | None) -> None:
        """The other end is gone."""
        self._transport = None
        self._lost()


def log_record(message: Logged) -> logging.LogRecord:
    """The record that a worker made."""
    members = {
        "name": message.logger,
        "levelno": message.level,
        "levelname": logging.getLevelName(message.level),
        "msg": message.message,
        "created": message.created,
        "msecs": message.created % 1 * 1000,
    }
    return logging.makeLogRecord(members)
