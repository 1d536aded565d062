"""What the host and a worker in another process say to each other.

Every ``call`` is answered once by a message with the same number, whatever becomes of it, unless
the process dies. One stream keeps the order: what a function logged arrives before what it
returned.

The body of an HTTP request, and a response that is sent as it is made, are asked for piece by piece
under the number of their call, in the terms of ASGI.
"""

import logging
from typing import Any, TypeAlias

import msgspec

from webpubsub.host.metadata import FunctionMetadata
from webpubsub.host.worker import FunctionFailure, TraceContext
from webpubsub.host.workers.worker_values import WireValue


class Index(msgspec.Struct, frozen=True, tag=True):
    """Index the app in a directory: ``Indexed`` or ``NotIndexed``. What it prints goes where the
    output of the process goes, or with ``sends_prints`` to the host."""

    call: int
    directory: str
    sends_prints: bool = False


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


class Printed(msgspec.Struct, frozen=True, tag=True, kw_only=True):
    """Lines that the app has printed, likewise; ``is_error`` when that was to the standard
    error."""

    text: str
    invocation_id: str = ""
    function_name: str = ""
    is_error: bool = False


class Spent(msgspec.Struct, frozen=True, tag=True):
    """A function holds a thread although its invocation is over: the process is to be replaced."""

    function_name: str


class Receive(msgspec.Struct, frozen=True, tag=True):
    """What else comes with the request of this call? ``Received``, once there is something."""

    call: int


class Received(msgspec.Struct, frozen=True, tag=True):
    """A message that ASGI calls one of ``receive``."""

    call: int
    message: dict[str, Any]


class Respond(msgspec.Struct, frozen=True, tag=True):
    """Send the response of a call that has returned: any number of ``Send``, and ``Responded``."""

    call: int


class Send(msgspec.Struct, frozen=True, tag=True):
    """A message that ASGI calls one of ``send``: ``Sent``, once there is room for more."""

    call: int
    message: dict[str, Any]


class Sent(msgspec.Struct, frozen=True, tag=True):
    """It was sent, or could not be."""

    call: int
    failed: bool


class Responded(msgspec.Struct, frozen=True, tag=True):
    """There is no more of the response; with a failure, it is not whole."""

    call: int
    failure: FunctionFailure | None


class Release(msgspec.Struct, frozen=True, tag=True):
    """The request of this call has been answered, or will never be."""

    call: int


#: What the two ends of an HTTP exchange say to each other.
ToClient: TypeAlias = Receive | Send | Responded
FromClient: TypeAlias = Received | Sent | Respond | Release

ToWorker: TypeAlias = Index | Load | Invoke | Cancel | Stop | FromClient
ToHost: TypeAlias = (
    Indexed | NotIndexed | Loaded | NotLoaded | Returned | Logged | Printed | Spent | ToClient
)


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
