"""An event as the host passes it on: to the function, to other bindings, to expressions.

Everything but the event itself is made when somebody asks, because a typed function never does.
Specification: bindings sections 4.1, 4.2 and 4.6.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from webpubsub.host.values import EventValue, JsonText, Value
from webpubsub.protocol import traps
from webpubsub.protocol.event_json import wire_value
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.messages import DataType
from webpubsub.protocol.traps import Tell

#: What every event shows to other bindings, in the spelling of trigger metadata.
_NAMES = (
    "Request",
    "ConnectionContext",
    "Data",
    "DataType",
    "Claims",
    "Query",
    "Subprotocols",
    "ClientCertificates",
    "Reason",
)
_PLAIN_TEXT = frozenset({"Data", "DataType", "Reason"})
_TEXTS = (DataType.TEXT, DataType.JSON)


class TriggerValue(EventValue, frozen=True, kw_only=True):
    """The value of a trigger, for the parameter it is bound to and the binding's ``dataType``."""

    parameter: str
    data_type: str | None = None

    @property
    def wire(self) -> str | bytes | None:
        """What the real worker would receive: the member that the parameter's name selects."""
        return wire_value(self.event, self.parameter, data_type=self.data_type)

    def metadata(self) -> Mapping[str, Value]:
        """What the worker is told of the event besides, in the spelling of the real host and
        without what is null."""
        return {
            name: member if isinstance(member, str) else JsonText(_compact(member))
            for name, member in named_members(self).items()
            if member is not None
        }

    def tell_of_message(self, tell: Tell) -> None:
        """Tell what is lost on the way to a function, or would be. Text is always UTF-8, so that
        only other data has to be looked at."""
        event = self.event
        if not isinstance(event, UserEventRequest) or event.message.data_type in _TEXTS:
            return
        if event.data_type is DataType.PROTOBUF:
            tell(traps.EVENT_PROTOBUF, "received a protobuf message")
        elif self._is_lossy and not _is_text(event.message.data):
            tell(traps.EVENT_BINARY, f"received a binary message in '{self.parameter}'")

    @property
    def _is_lossy(self) -> bool:
        name = self.parameter.lower()
        return name == "request" or (name == "data" and self.data_type != "binary")


class EventBindingData(Mapping[str, Any]):
    """What ``{expressions}`` of other bindings see of an event; names are in lower case.

    The members of the event, and over them those of the trigger's value when that is the text of a
    JSON object. With a parameter called ``data`` these come from the client, as on Azure.
    """

    __slots__ = ("_members", "_value")

    def __init__(self, value: TriggerValue) -> None:
        self._value = value
        self._members: Mapping[str, Any] | None = None

    def _found(self) -> Mapping[str, Any]:
        if self._members is None:
            named = named_members(self._value)
            self._members = {name.lower(): value for name, value in named.items()}
        return self._members

    def __getitem__(self, key: str) -> Any:
        return self._found()[key.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._found())

    def __len__(self) -> int:
        return len(self._found())


def named_members(value: TriggerValue) -> dict[str, Any]:
    """What an event shows to other bindings, by name."""
    members = {name: _member(value, name) for name in _NAMES}
    spellings = {name.lower(): name for name in members}
    for name, member in _delivered_members(value).items():
        if member is not None and not isinstance(member, list):
            spelling = spellings.setdefault(name.lower(), name)
            members[spelling] = member if isinstance(member, dict) else str(member)
    return members


def _member(value: TriggerValue, name: str) -> Any:
    text = wire_value(value.event, name)
    return text if text is None or name in _PLAIN_TEXT else _parsed(text)


def _delivered_members(value: TriggerValue) -> Mapping[str, Any]:
    text = value.wire
    parsed = _parsed(text) if isinstance(text, str) else None
    return parsed if isinstance(parsed, dict) else {}


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _parsed(text: str | bytes) -> Any:
    """Text that is not JSON shows nothing: a foreign connection state can make it so."""
    try:
        return msgspec.json.decode(text)
    except (ValueError, RecursionError):
        return None


def _compact(member: Any) -> str:
    return msgspec.json.encode(member).decode()
