"""What the host and a worker in another process say to each other.

Each message is MessagePack with its length in four bytes before it. Every ``call`` is answered once
by a message with the same number, whatever becomes of it, unless the process dies. One stream keeps
the order: what a function logged arrives before what it returned.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeAlias, TypeGuard, TypeVar

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
from webpubsub.protocol.event_json import event_from_json
from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.messages import DataType

_LENGTH_BYTES = 4


class Blob(msgspec.Struct, frozen=True, tag=True):
    """Bytes as a value, told from text by their type."""

    data: bytes


class BinaryEvent(msgspec.Struct, frozen=True, tag=True):
    """An event with a binary message: as text, which damages the message, and the message whole."""

    text: str
    data: bytes


class RestoredEvent(EventValue, frozen=True, kw_only=True):
    """Such an event, whole for typed functions; others see the text, as on Azure."""

    text: str

    @property
    def wire(self) -> str:
        """The text."""
        return self.text


WireValue: TypeAlias = (
    str | int | float | JsonText | HttpRequestData | HttpResponseData | Blob | BinaryEvent | None
)


def on_the_wire(value: Value) -> WireValue:
    """A value as it travels: an event is what the real worker would be given of it.

    Raises TypeError for what only a worker in this process hands over.
    """
    if isinstance(value, EventValue):
        event, value = value.event, value.wire
        if isinstance(value, str) and _is_binary(event):
            return BinaryEvent(value, event.message.data)
    if isinstance(value, bytes):
        return Blob(value)
    if isinstance(value, HttpRequestData):  # the lines are for bindings of the host
        return msgspec.structs.replace(value, header_lines=[])
    if isinstance(value, JsonValue | EventValue | HttpExchange | HttpReply):
        raise TypeError("an object cannot leave its process; write it as JsonText")
    return value


def off_the_wire(value: WireValue) -> Value:
    """The value again."""
    if isinstance(value, BinaryEvent):
        return _restored(value)
    return value.data if isinstance(value, Blob) else value


def _is_binary(event: AnyEventRequest) -> TypeGuard[UserEventRequest]:
    texts = (DataType.TEXT, DataType.JSON)
    return isinstance(event, UserEventRequest) and event.message.data_type not in texts


def _restored(value: BinaryEvent) -> Value:
    """Text that is not the whole event, but a member of it, is all there is."""
    try:
        event = event_from_json(value.text)
    except ValueError:
        return value.text
    if not isinstance(event, UserEventRequest):
        return value.text
    message = msgspec.structs.replace(event.message, data=value.data)
    return RestoredEvent(event=msgspec.structs.replace(event, message=message), text=value.text)


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
    """A function is ready; ``wants_metadata`` says that invocations need that of the trigger."""

    call: int
    wants_metadata: bool


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
    """One end of the stream. ``received`` is called with each message, ``lost`` once at the end."""

    def __init__(
        self, kinds: Any, received: Callable[[_ReceivedT], None], lost: Callable[[], None]
    ) -> None:
        self._decode = msgspec.msgpack.Decoder(kinds).decode
        self._received = received
        self._lost = lost
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None

    @property
    def is_open(self) -> bool:
        """Whether the other end is there."""
        return self._transport is not None

    def send(self, message: ToWorker | ToHost) -> None:
        """Send a message; once the other end is gone, nothing happens. Raises what ``encoded``
        does."""
        self.write(encoded(message))

    def write(self, data: bytes) -> None:
        """Send what is encoded already."""
        if self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Send what waits, and end."""
        if self._transport is not None:
            self._transport.close()

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
