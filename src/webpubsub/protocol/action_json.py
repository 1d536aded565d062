"""The JSON of output actions, read as operations of a hub.

An action is checked completely before it is carried out, with the rules of the official extension
where that extension has rules and those of the service elsewhere. Specification: bindings section
8.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, ParamSpec, TypeAlias, TypeVar

from webpubsub.protocol import binding_json
from webpubsub.protocol import operations as ops
from webpubsub.protocol.binding_json import shown
from webpubsub.protocol.data_traps import tell_of_data
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.names import is_group_name
from webpubsub.protocol.operations import HubOperation, Permission
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.protocol.traps import Tell, untold

_P = ParamSpec("_P")
_T = TypeVar("_T")

_FORMS = "one action as a JSON object, or a JSON array of such objects"
_EXAMPLE = '{"actionName": "sendToAll", "data": "hi"}'
_PERMISSIONS = tuple(Permission)


Actions: TypeAlias = str | bytes | Mapping[str, Any] | Sequence[Mapping[str, Any]]


def operations_from_json(actions: Actions, hub: str) -> list[HubOperation]:
    """The operations that one output asks for, in order.

    ``actions`` is one action or several, as objects or as JSON text; an empty array is no operation
    at all. Raises ValueError, whose text names the position of the wrong action counted from 1.
    Specification: bindings sections 8.1 to 8.4.
    """
    return list(iter_operations(actions, hub))


def iter_operations(actions: Actions, hub: str, tell: Tell = untold) -> Iterator[HubOperation]:
    """The same one after another: an action is looked at when those before it have been taken, so
    that a wrong one does not undo them. ``tell`` is told of data that is not sent as it looks.
    Specification: bindings section 8.5."""
    for number, item in enumerate(_items(actions), start=1):
        yield _operation(item, hub.lower(), number, tell)


def _items(actions: Actions) -> Sequence[Any]:
    if isinstance(actions, str | bytes):
        return _parsed(actions)
    return [actions] if isinstance(actions, Mapping) else actions


def _parsed(text: str | bytes) -> Sequence[Any]:
    trimmed = text.strip()
    brackets = (trimmed[:1], trimmed[-1:])
    if brackets not in (("{", "}"), ("[", "]"), (b"{", b"}"), (b"[", b"]")):
        raise ValueError(f"An output takes {_FORMS}, such as {_EXAMPLE}; this is other text.")
    try:
        value = binding_json.parse(trimmed)
    except ValueError as error:
        raise ValueError(f"An output takes {_FORMS}; this {error}.") from None
    return value if isinstance(value, list) else [value]


def _operation(item: Any, hub: str, number: int, tell: Tell) -> HubOperation:
    if not isinstance(item, Mapping):
        raise ValueError(
            f"Action {number} is {shown(item)}; an action is a JSON object, such as {_EXAMPLE}."
        )
    members = _Members(item, tell)
    name = ""
    try:
        name = _action_name(members)
        return _READERS[name](hub, members)
    except ValueError as error:
        called = f" ({name})" if name else ""
        raise ValueError(f"Action {number}{called}: {error}") from None


def _action_name(members: "_Members") -> str:
    name = members.text("actionName")
    if name.lower() not in _NAMES:
        raise ValueError(
            f"'{name}' is no action.{did_you_mean(name, _READERS)} Actions are {listed(_READERS)}."
        )
    return _NAMES[name.lower()]


class _Members:
    """The members of one action. Names match in any letter case, and the last of equals counts."""

    def __init__(self, item: Mapping[str, Any], tell: Tell) -> None:
        self._item = item
        self._tell = tell
        self._values = {name.lower(): value for name, value in item.items()}

    def text(self, name: str) -> str:
        """Text that must be there and say something."""
        value = self.optional_text(name)
        if value is None:
            raise ValueError(f"'{name}' is missing.{self._misspelled(name)}")
        if not value.strip():
            raise ValueError(f"'{name}' is empty.")
        return value

    def optional_text(self, name: str) -> str | None:
        """Text, or None when absent or null. A number counts as its digits."""
        value = self._values.get(name.lower())
        if value is None:
            return None
        if isinstance(value, str):
            return value
        if type(value) is int:
            return str(value)
        raise ValueError(f"'{name}' must be a string, not {shown(value)}.")

    def group(self, name: str = "group") -> str:
        """The name of a group."""
        group = self.text(name)
        if not is_group_name(group):
            raise ValueError(
                f"'{name}' is no name of a group: it must have 1 to 1024 characters, not only "
                "whitespace."
            )
        return group

    def target(self) -> str:
        """The group of a permission. Azure reads an action without one, and has it refused by the
        service."""
        if self._values.get("targetname") is None:
            raise ValueError(
                "'targetName' is missing, and the service refuses a permission that is not for one "
                "group. Roles are for every group: those of the client's token, or of the response "
                "to 'connect'."
            )
        return self.group("targetName")

    def permission(self) -> Permission:
        """A permission by word, or by its number in the official enumeration."""
        value = self._required("permission")
        return Permission(self._subject("permission", binding_json.word, value, _PERMISSIONS, 1))

    def excluded(self) -> frozenset[str]:
        """Connection ids to leave out."""
        value = self._values.get("excluded")
        if value is None:
            return frozenset()
        if not isinstance(value, list):
            raise ValueError(f"'excluded' must be an array of connection ids, not {shown(value)}.")
        if not all(isinstance(item, str) for item in value):
            raise ValueError("'excluded' must hold connection ids, which are strings.")
        return frozenset(value)

    def message(self) -> Message:
        """The payload; text unless ``dataType`` says otherwise."""
        kind = DataType.TEXT
        if "datatype" in self._values:
            kind = self._subject("dataType", binding_json.data_type, self._values["datatype"])
        data = self._required("data")
        if kind is DataType.BINARY and not _is_buffer(data):
            raise ValueError(
                f"'data' is {shown(data)} and 'dataType' is 'binary': binary data is an object "
                '{"type": "Buffer", "data": base64 text or a list of numbers}.'
            )
        try:
            message = self._subject("data", binding_json.message, kind, data)
        except ValueError:
            tell_of_data(kind, data, self._tell)
            raise
        if not isinstance(data, str):
            tell_of_data(kind, data, self._tell)
        return message

    def _required(self, name: str) -> Any:
        if name.lower() not in self._values:
            raise ValueError(f"'{name}' is missing.{self._misspelled(name)}")
        return self._values[name.lower()]

    def _subject(
        self, name: str, read: Callable[_P, _T], *arguments: _P.args, **named: _P.kwargs
    ) -> _T:
        try:
            return read(*arguments, **named)
        except ValueError as error:
            raise ValueError(f"'{name}' {error}") from None

    def _misspelled(self, name: str) -> str:
        """A hint when the member is there in another spelling, as ``user_id`` for ``userId``."""
        for seen in self._item:
            if seen.replace("_", "").replace("-", "").lower() == name.lower():
                return f" '{seen}' is not read; write '{name}'."
        return ""


def _is_buffer(data: Any) -> bool:
    return isinstance(data, Mapping) and str(data.get("type")).lower() == "buffer"


_Reader = Callable[[str, _Members], HubOperation]

_READERS: Mapping[str, _Reader] = {
    "sendToAll": lambda hub, m: ops.SendToAll(hub=hub, message=m.message(), excluded=m.excluded()),
    "sendToGroup": lambda hub, m: ops.SendToGroup(
        hub=hub, group=m.group(), message=m.message(), excluded=m.excluded()
    ),
    "sendToUser": lambda hub, m: ops.SendToUser(
        hub=hub, user_id=m.text("userId"), message=m.message()
    ),
    "sendToConnection": lambda hub, m: ops.SendToConnection(
        hub=hub, connection_id=m.text("connectionId"), message=m.message()
    ),
    "addUserToGroup": lambda hub, m: ops.AddUserToGroup(
        hub=hub, user_id=m.text("userId"), group=m.group()
    ),
    "removeUserFromGroup": lambda hub, m: ops.RemoveUserFromGroup(
        hub=hub, user_id=m.text("userId"), group=m.group()
    ),
    "removeUserFromAllGroups": lambda hub, m: ops.RemoveUserFromAllGroups(
        hub=hub, user_id=m.text("userId")
    ),
    "addConnectionToGroup": lambda hub, m: ops.AddConnectionToGroup(
        hub=hub, connection_id=m.text("connectionId"), group=m.group()
    ),
    "removeConnectionFromGroup": lambda hub, m: ops.RemoveConnectionFromGroup(
        hub=hub, connection_id=m.text("connectionId"), group=m.group()
    ),
    "closeAllConnections": lambda hub, m: ops.CloseAllConnections(
        hub=hub, excluded=m.excluded(), reason=m.optional_text("reason")
    ),
    "closeClientConnection": lambda hub, m: ops.CloseConnection(
        hub=hub, connection_id=m.text("connectionId"), reason=m.optional_text("reason")
    ),
    "closeGroupConnections": lambda hub, m: ops.CloseGroupConnections(
        hub=hub, group=m.group(), excluded=m.excluded(), reason=m.optional_text("reason")
    ),
    "grantPermission": lambda hub, m: ops.GrantPermission(
        hub=hub,
        connection_id=m.text("connectionId"),
        permission=m.permission(),
        target=m.target(),
    ),
    "revokePermission": lambda hub, m: ops.RevokePermission(
        hub=hub,
        connection_id=m.text("connectionId"),
        permission=m.permission(),
        target=m.target(),
    ),
}

_NAMES = {name.lower(): name for name in _READERS}
