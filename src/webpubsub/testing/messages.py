"""What a client of a test has received, and whether it is what the test expects."""

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import msgspec

#: What a message can be compared with: its text, its bytes, its JSON, or a question about it.
Wanted: TypeAlias = "str | bytes | int | float | Mapping[str, Any] | list[Any] | Predicate"
Predicate: TypeAlias = Callable[["Message"], object]

_DATA = "message"


class Message(msgspec.Struct, frozen=True):
    """Something that a client was sent, in whatever protocol it speaks.

    ``fields`` are its members by the names that the JSON protocol gives them: ``type``, ``from``,
    ``group``, ``dataType``, ``data``, ``ackId`` and so on. Specification: client-protocols section
    5.
    """

    fields: Mapping[str, Any]

    @property
    def type(self) -> str:
        """``message``, ``ack``, ``system`` or another kind of the protocol."""
        return str(self.fields.get("type", ""))

    @property
    def is_data(self) -> bool:
        """Whether somebody has said it, and not the service by itself."""
        return self.type == _DATA

    @property
    def data(self) -> Any:
        """A text as str, bytes as bytes, JSON as its value; None when there is nothing."""
        return self.fields.get("data")

    @property
    def text(self) -> str:
        """The data as text: JSON as it would be written, without spaces."""
        if isinstance(self.data, bytes):
            return self.data.decode(errors="replace")
        return self.data if isinstance(self.data, str) else _compact(self.data)

    def json(self) -> Any:
        """The data as a value; a text is read as JSON. Raises ValueError when it is none."""
        if isinstance(self.data, str) and self.fields.get("dataType") != "json":
            return json.loads(self.data)
        return json.loads(self.data) if isinstance(self.data, bytes) else self.data

    @property
    def origin(self) -> str | None:
        """``server`` or ``group``; None for simple clients, who do not learn it."""
        return self.fields.get("from")

    @property
    def group(self) -> str | None:
        """The group it was sent to."""
        return self.fields.get("group")

    @property
    def sender(self) -> str | None:
        """The user who sent it to the group."""
        return self.fields.get("fromUserId")

    @property
    def stream(self) -> Mapping[str, Any] | None:
        """What stream it belongs to: ``streamId``, ``streamSequenceId``, and ``endOfStream`` with
        the last of it, which has no data, and perhaps an ``error``."""
        return self.fields.get("stream")

    def __str__(self) -> str:
        if not self.is_data:
            return _compact(self.fields)
        where = f" in group '{self.group}'" if self.group else ""
        return f"{shown(self.data)}{where}"


class Expectation(msgspec.Struct, frozen=True):
    """What a message has to be: ``wanted`` about its data unless it is absent, ``fields`` about its
    members, each a value or a predicate."""

    wanted: tuple[Wanted, ...] = ()
    fields: Mapping[str, Any] = msgspec.field(default_factory=dict)

    @classmethod
    def of(cls, wanted: tuple[Wanted, ...], fields: Mapping[str, Any]) -> "Expectation":
        """Names of members may be written as in Python: ``from_``, ``ack_id``."""
        return cls(wanted, {member_name(name): value for name, value in fields.items()})

    def matches(self, message: Message) -> bool:
        """Whether it is what is expected; without a ``type``, only what somebody has said."""
        if "type" not in self.fields and not message.is_data:
            return False
        members = message.fields
        return all(_is(members.get(name), value) for name, value in self.fields.items()) and all(
            _fits(message, wanted) for wanted in self.wanted
        )

    def __str__(self) -> str:
        parts = [shown(wanted) for wanted in self.wanted]
        parts += [f"{name} {shown(value)}" for name, value in self.fields.items()]
        return ", ".join(parts) or "any message"


def member_name(name: str) -> str:
    """The name of a member in the JSON protocol for one that is written as in Python."""
    first, *others = name.rstrip("_").split("_")
    return first + "".join(part.title() for part in others)


def shown(value: object) -> str:
    """A value as a failure shows it: JSON where it can be."""
    if callable(value):
        return f"something for which {getattr(value, '__name__', 'the predicate')} is true"
    return repr(value) if isinstance(value, str | bytes) else _compact(value)


def _is(member: object, wanted: Any) -> bool:
    return bool(wanted(member)) if callable(wanted) else member == wanted


def _fits(message: Message, wanted: Wanted) -> bool:
    if callable(wanted):
        return bool(wanted(message))
    if isinstance(wanted, str | bytes):
        return bool(message.data == wanted)
    try:
        return bool(message.json() == wanted)
    except (ValueError, TypeError):
        return False


def _compact(value: object) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    except TypeError:
        return repr(value)
