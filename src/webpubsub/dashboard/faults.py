"""What can be made to go wrong from the page, and what is wrong now.

Each command is a JSON object whose ``do`` says which fault it is.
"""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

import msgspec

from webpubsub.dashboard.answers import BadCall
from webpubsub.protocol.names import is_event_name
from webpubsub.service.faults.faults import Faults, UnknownConnection

_MOST_FAILURES = 100
_MOST_SHOWN = 50

_Seconds: TypeAlias = Annotated[float, msgspec.Meta(ge=0, le=600)]
_Status: TypeAlias = Annotated[int, msgspec.Meta(ge=400, le=599)]
_ConnectionId: TypeAlias = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]


class Command(msgspec.Struct, tag_field="do", rename="camel"):
    """Something to go wrong."""


class OfConnection(Command):
    connection_id: _ConnectionId


class Drop(OfConnection, tag="drop"):
    pass


class Freeze(OfConnection, tag="freeze"):
    pass


class Thaw(OfConnection, tag="thaw"):
    pass


class Delay(OfConnection, tag="delay"):
    seconds: _Seconds


class Duplicate(OfConnection, tag="duplicate"):
    pass


class LoseAck(OfConnection, tag="loseAck"):
    pass


class Fail(Command, tag="fail"):
    event: str
    status: _Status = 500


class ExpireTokens(Command, tag="expireTokens"):
    pass


class Recycle(Command, tag="recycle"):
    pass


class Clear(Command, tag="clear"):
    pass


AnyCommand: TypeAlias = (
    Drop | Freeze | Thaw | Delay | Duplicate | LoseAck | Fail | ExpireTokens | Recycle | Clear
)

_decode = msgspec.json.Decoder(AnyCommand).decode


def inject(faults: Faults, body: bytes) -> None:
    """Carry out a command. Raises BadCall."""
    try:
        command = _decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadCall(f"This is no fault: {error}.") from None
    try:
        _ACTS[type(command)](faults, command)
    except UnknownConnection as error:
        raise BadCall(f"There is {error}.", 409) from None


def active(faults: Faults) -> dict[str, Any]:
    """How much is wrong now, and the first of it."""
    found = faults.active()
    shown = [
        {"fault": one.fault, "detail": one.detail, "connection": one.connection_id or ""}
        for one in found[:_MOST_SHOWN]
    ]
    return {"total": len(found), "active": shown}


def _fail(faults: Faults, command: Fail) -> None:
    if not is_event_name(command.event):
        raise BadCall(
            f"'{command.event[:40]}' is not the name of an event: a letter, then at most 127 "
            "letters, digits, underscores, dots and dashes."
        )
    if sum(one.fault == "fail" for one in faults.active()) >= _MOST_FAILURES:
        raise BadCall(f"{_MOST_FAILURES} events are to fail already: clear them first.", 409)
    faults.fail_next(command.event, command.status)


_ACTS: Mapping[type[Any], Callable[[Faults, Any], None]] = {
    Drop: lambda faults, one: faults.drop(one.connection_id),
    Freeze: lambda faults, one: faults.freeze(one.connection_id),
    Thaw: lambda faults, one: faults.thaw(one.connection_id),
    Delay: lambda faults, one: faults.delay(one.seconds, one.connection_id),
    Duplicate: lambda faults, one: faults.duplicate_next(one.connection_id),
    LoseAck: lambda faults, one: faults.lose_next_ack(one.connection_id),
    Fail: _fail,
    ExpireTokens: lambda faults, _: faults.expire_tokens(),
    Recycle: lambda faults, _: faults.recycle(),
    Clear: lambda faults, _: faults.clear(),
}
