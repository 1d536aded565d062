"""Binding expressions: ``%SETTING%`` when an app is indexed, ``{data}`` at every invocation.

Specification: functions-python section 9.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from webpubsub.host.expressions.dotnet_formats import format_datetime, format_guid, format_number

Now: TypeAlias = Callable[[], datetime]
NewGuid: TypeAlias = Callable[[], UUID]

#: Alternatives in the order of the real host's grammar: an escape wins over an expression.
_TOKEN = re.compile(
    r"(?P<escape>\{\{|\}\})|\{(?P<expression>[^{}]*)\}|(?P<literal>[^{}]+)|(?P<unbalanced>[{}])"
)
_EXPRESSION_START = re.compile(r"[^\W\d][\w.-]*")
_DEFAULT_DATETIME_FORMAT = "yyyy-MM-ddTHH-mm-ssK"
_MISSING = object()


class ExpressionError(Exception):
    """A binding expression is malformed or has no value."""


def utc_now() -> datetime:
    """The time that ``{datetime}`` and ``{sys.utcnow}`` show unless a caller says otherwise."""
    return datetime.now(UTC)


class SystemData(Mapping[str, Any]):
    """The ``sys`` member of binding data: ``methodname``, ``utcnow`` and ``randguid``, the last two
    new at every look."""

    def __init__(self, method_name: str, now: Now = utc_now, new_guid: NewGuid = uuid4) -> None:
        self._members: dict[str, Callable[[], Any]] = {
            "methodname": lambda: method_name,
            "utcnow": now,
            "randguid": new_guid,
        }

    def __getitem__(self, key: str) -> Any:
        return self._members[key.lower()]()

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def resolve_settings(text: str, lookup: Callable[[str], str | None]) -> str:
    """The text with every ``%NAME%`` replaced by what ``lookup`` says; values are not looked at
    again.

    Raises ExpressionError for an unknown name and for a ``%`` without its partner.
    """
    pieces: list[str] = []
    position = 0
    while (start := text.find("%", position)) >= 0:
        end = text.find("%", start + 1)
        if end < 0:
            raise ExpressionError(
                f"The '%' at position {start} of '{text}' does not have a closing '%'."
            )
        name = text[start + 1 : end]
        value = lookup(name) if name else None
        if value is None:
            raise ExpressionError(
                f"'%{name}%' does not resolve to a value. Add '{name}' to the app settings "
                "(local.settings.json or the environment)."
            )
        pieces += text[position:start], value
        position = end + 1
    return "".join(pieces) + text[position:]


def resolve_expressions(
    text: str, data: Mapping[str, Any], *, now: Now = utc_now, new_guid: NewGuid = uuid4
) -> str:
    """The text with every ``{expression}`` replaced.

    ``data`` holds text, numbers, booleans, None, times, identifiers and nested mappings; names
    match in any letter case, the same case first. Objects and arrays read as the empty string, as
    in the real host. Raises ExpressionError.
    """
    if "{" not in text and "}" not in text:
        return text
    return "".join(_evaluate(match, text, data, now, new_guid) for match in _TOKEN.finditer(text))


def _evaluate(
    match: re.Match[str], text: str, data: Mapping[str, Any], now: Now, new_guid: NewGuid
) -> str:
    if match["unbalanced"]:
        missing = "closing" if match[0] == "{" else "opening"
        raise ExpressionError(
            f"Invalid template '{text}'. Missing {missing} bracket at position {match.start() + 1}."
        )
    expression = match["expression"]
    if expression is None:
        return match[0][0] if match["escape"] else match[0]
    if not expression.strip():
        raise ExpressionError(
            f"Invalid template '{text}'. The parameter name at position {match.start() + 1} is "
            "empty."
        )
    return _value_of(expression, data, now, new_guid)


def _value_of(expression: str, data: Mapping[str, Any], now: Now, new_guid: NewGuid) -> str:
    builtin = _builtin(expression, now, new_guid)
    if builtin is not None:
        found = _member(data, expression)
        return builtin() if found is _MISSING else _as_text(found, None)
    path, _, value_format = expression.partition(":")
    return _as_text(_walk(path, data), value_format or None)


def _builtin(expression: str, now: Now, new_guid: NewGuid) -> Callable[[], str] | None:
    """A built-in is recognised by the prefix of its name, so ``datetime2`` is one too."""
    name = expression.lower()
    _, _, value_format = expression.partition(":")
    if name.startswith("rand-guid"):
        return lambda: _formatted(format_guid, new_guid(), value_format or "D")
    if name.startswith("datetime"):
        return lambda: _formatted(format_datetime, now(), value_format or _DEFAULT_DATETIME_FORMAT)
    return None


def _walk(path: str, data: Mapping[str, Any]) -> Any:
    parts = path.split(".")
    if _EXPRESSION_START.fullmatch(path) is None or not all(parts):
        raise ExpressionError(f"Invalid template expression '{path}'.")
    if "-" in parts[0]:
        raise ExpressionError(f"The parameter name '{parts[0]}' is invalid.")
    current = _member(data, parts[0])
    if current is _MISSING:
        raise ExpressionError(f"No value for named parameter '{parts[0]}'.")
    for part in parts[1:]:
        current = _member(current, part)
        if current is _MISSING:
            raise ExpressionError(f"Error while accessing '{part}': property doesn't exist.")
    return current


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, Mapping):
        return _MISSING
    if name in value:
        return value[name]
    lowered = name.lower()
    return next((value[key] for key in value if key.lower() == lowered), _MISSING)


def _as_text(value: Any, value_format: str | None) -> str:
    if isinstance(value, datetime):
        return _formatted(format_datetime, value, value_format or "O")
    if isinstance(value, UUID):
        return _formatted(format_guid, value, value_format or "D")
    if value is None or isinstance(value, Mapping | list | tuple):
        return ""
    if value_format is not None and isinstance(value, int | float) and not isinstance(value, bool):
        return _formatted(format_number, value, value_format)
    return str(value)  # text and booleans have no formats in .NET, and take any


def _formatted(formatter: Callable[[Any, str], str], value: Any, value_format: str) -> str:
    try:
        return formatter(value, value_format)
    except ValueError as error:
        raise ExpressionError(str(error)) from None
