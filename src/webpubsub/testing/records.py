"""What functions were called with and did, as a test looks at it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from webpubsub.host.values import EventValue, JsonText, JsonValue, Value
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol.actions import ACTIONS, CloseClientConnectionAction
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import CloseConnection, HubOperation
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.testing.errors import SetupError

# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Action(msgspec.Struct, frozen=True, kw_only=True):
    """Something that an output has asked the service for.

    ``name`` is that of the action, such as ``sendToAll``; ``operation`` what was asked of the hub;
    ``error`` why the service would not do it, None when it did. ``function`` is the one whose
    output it was.
    """

    name: str
    operation: HubOperation
    function: str
    error: str | None = None

    @property
    def hub(self) -> str:
        """The hub, in lower case."""
        return self.operation.hub

    @property
    def data(self) -> Any:
        """What was sent: a text as str, bytes as bytes, JSON as its value; None for an action that
        sends nothing."""
        message: Message | None = getattr(self.operation, "message", None)
        return None if message is None else _content(message)

    def has(self, fields: Mapping[str, Any]) -> bool:
        """Whether its members are these: ``group``, ``user_id``, ``data`` and so on."""
        return all(self.member(name) == value for name, value in fields.items())

    def member(self, name: str) -> Any:
        """A member by name, None for one that this action does not have."""
        owner = self if name in _OWN else self.operation
        return getattr(owner, _SPELT.get(name, name), None)


_OWN = frozenset({"data", "error", "function", "hub", "name"})
_SPELT = {"target_name": "target"}


class Invocation(msgspec.Struct, kw_only=True, eq=False):
    """One call of a function.

    ``trigger`` is what it was called with: an event as the object that typed functions get, a
    request, JSON as its value. When it is over, ``inputs`` are the values of all parameters by
    name, ``outputs`` those that were set, ``returned`` is what it returned, ``failure`` is there
    when it failed. ``logs`` are the texts that its code logged, ``actions`` what its outputs asked
    the service for.
    """

    function: str
    id: str
    trigger: Any = None
    inputs: Mapping[str, Any] = msgspec.field(default_factory=dict)
    outputs: Mapping[str, Any] = msgspec.field(default_factory=dict)
    returned: Any = None
    failure: FunctionFailure | None = None
    logs: list[str] = msgspec.field(default_factory=list)
    actions: list[Action] = msgspec.field(default_factory=list)
    is_over: bool = False

    def __repr__(self) -> str:
        state = "running" if not self.is_over else "failed" if self.failure else "succeeded"
        return f"<Invocation of {self.function}: {state}>"


class Records:
    """All of a test, in the order in which they began."""

    def __init__(self) -> None:
        self.invocations: list[Invocation] = []
        self.actions: list[Action] = []
        self._by_id: dict[str, Invocation] = {}

    def begin(self, invocation: Invocation) -> None:
        """A function is called."""
        self.invocations.append(invocation)
        self._by_id[invocation.id] = invocation

    def of(self, invocation_id: str) -> Invocation | None:
        """The call of this id."""
        return self._by_id.get(invocation_id)

    def calls(self, function: str | None) -> Sequence[Invocation]:
        """Those of a function by name in any letter case, or all."""
        wanted = (function or "").lower()
        return [one for one in self.invocations if not wanted or one.function.lower() == wanted]

    def acts(self, name: str | None, fields: Mapping[str, Any]) -> Sequence[Action]:
        """Those of a name in any letter case, or all; with these members. Raises SetupError for
        names that there are not."""
        wanted = (name or "").lower()
        if name is not None and wanted not in map(str.lower, ACTIONS):
            raise SetupError(f"there is no action '{name}'.{did_you_mean(name, ACTIONS)}")
        for member in fields.keys() - _MEMBERS:
            raise SetupError(
                f"no action has a member '{member}'.{did_you_mean(member, _MEMBERS)} There are "
                f"{listed(sorted(_MEMBERS))}."
            )
        return [
            one
            for one in self.actions
            if (not wanted or one.name.lower() == wanted) and one.has(fields)
        ]

    @property
    def failures(self) -> Sequence[str]:
        """What failed, a line each."""
        failed = [
            f"function '{one.function}' failed: {one.failure.type}: {one.failure.message}"
            for one in self.invocations
            if one.failure is not None
        ]
        refused = [one for one in self.actions if one.error is not None]
        return [*failed, *(f"action '{one.name}' was refused: {one.error}" for one in refused)]


def action_name(operation: type[HubOperation]) -> str:
    """The name of the action that asks for an operation."""
    if operation is CloseConnection:
        return CloseClientConnectionAction.action_name
    name = operation.__name__
    return name[0].lower() + name[1:]


#: All members that actions have, by the names of their classes and of those of the operations.
_MEMBERS = _OWN.union(_SPELT, *(one.__struct_fields__ for one in HubOperation.__subclasses__()))


def readable(value: Value) -> Any:
    """A value of the host as a test wants to compare it."""
    if isinstance(value, EventValue):
        return value.event
    if isinstance(value, JsonText):
        return json.loads(value.text)
    return value.value if isinstance(value, JsonValue) else value


def _content(message: Message) -> Any:
    match message.data_type:
        case DataType.TEXT:
            return message.data.decode()
        case DataType.JSON:
            return json.loads(message.data)
        case _:
            return message.data
