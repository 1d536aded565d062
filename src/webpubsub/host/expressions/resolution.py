"""Binding expressions: ``%SETTING%`` when an app is indexed, ``{data}`` at every invocation.

Specification: functions-python section 9.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias
from uuid import UUID, uuid4

from webpubsub.host.expressions.dotnet_formats import format_datetime, format_guid, format_number

Now: TypeAlias = Callable[[], datetime]
NewGuid: TypeAlias = Callable[[], UUID]
#: A part of a text that has a value of its own at every invocation.
_Piece: TypeAlias = Callable[[Mapping[str, Any], Now, NewGuid], str]

#: Alternatives in the order of the real host's grammar: an escape wins over an expression.
_TOKEN = re.compile(
    r"(?P<escape>\{\{|\}\})|\{(?P<expression>[^{}]*)\}|(?P<literal>[^{}]+)|(?P<unbalanced>[{}])"
)
_EXPRESSION_START = re.compile(r"[^\W\d][\w.-]*")
_DEFAULT_DATETIME_FORMAT = "yyyy-MM-ddTHH-mm-ssK"
_MISSING = object()
#: Most are dictionaries, which is found out sooner.
_MAPPINGS = (dict, Mapping)
#: Of so many texts of an app the pieces are kept, so that each is read once.
_MOST_TEXTS = 1024


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
    pieces = _pieces(text)
    return "".join(
        [piece if isinstance(piece, str) else piece(data, now, new_guid) for piece in pieces]
    )


@lru_cache(maxsize=_MOST_TEXTS)
def _pieces(text: str) -> tuple[str | _Piece, ...]:
    """What a text consists of. A mistake is a piece as well: it is told when those before it have
    their values."""
    return tuple(_piece(match, text) for match in _TOKEN.finditer(text))


def _piece(match: re.Match[str], text: str) -> str | _Piece:
    if match["unbalanced"]:
        missing = "closing" if match[0] == "{" else "opening"
        return _mistake(
            f"Invalid template '{text}'. Missing {missing} bracket at position {match.start() + 1}."
        )
    expression = match["expression"]
    if expression is None:
        return match[0][0] if match["escape"] else match[0]
    if not expression.strip():
        return _mistake(
            f"Invalid template '{text}'. The parameter name at position {match.start() + 1} is "
            "empty."
        )
    return _builtin(expression) or _path(expression)


def _mistake(message: str) -> _Piece:
    def refuse(_data: Mapping[str, Any], _now: Now, _new_guid: NewGuid) -> str:
        raise ExpressionError(message)

    return refuse


def _builtin(expression: str) -> _Piece | None:
    """A built-in is recognised by the prefix of its name, so ``datetime2`` is one too. Data of
    exactly the name wins over it."""
    name = expression.lower()
    _, _, value_format = expression.partition(":")
    is_guid = name.startswith("rand-guid")
    if not is_guid and not name.startswith("datetime"):
        return None

    def value(data: Mapping[str, Any], now: Now, new_guid: NewGuid) -> str:
        found = _member(data, expression)
        if found is not _MISSING:
            return _as_text(found, None)
        if is_guid:
            return _formatted(format_guid, new_guid(), value_format or "D")
        return _formatted(format_datetime, now(), value_format or _DEFAULT_DATETIME_FORMAT)

    return value


def _path(expression: str) -> _Piece:
    path, _, value_format = expression.partition(":")
    first, *rest = parts = path.split(".")
    if _EXPRESSION_START.fullmatch(path) is None or not all(parts):
        return _mistake(f"Invalid template expression '{path}'.")
    if "-" in first:
        return _mistake(f"The parameter name '{first}' is invalid.")

    def value(data: Mapping[str, Any], _now: Now, _new_guid: NewGuid) -> str:
        current = _found(data, first)
        if current is _MISSING:
            raise ExpressionError(f"No value for named parameter '{first}'.")
        for part in rest:
            current = _member(current, part)
            if current is _MISSING:
                raise ExpressionError(f"Error while accessing '{part}': property doesn't exist.")
        return current if type(current) is str else _as_text(current, value_format or None)

    return value


def _member(value: Any, name: str) -> Any:
    return _found(value, name) if isinstance(value, _MAPPINGS) else _MISSING


def _found(members: Mapping[str, Any], name: str) -> Any:
    try:
        return members[name]
    except KeyError:
        lowered = name.lower()
        return next((members[key] for key in members if key.lower() == lowered), _MISSING)


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
