"""Inline constraints of route templates, such as ``int`` in ``{id:int}``.

A constraint only filters: the route value stays text. Names match in any letter case.
Specification: functions-python section 5.2.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeAlias

from webpubsub.protocol.spelling import did_you_mean, listed

Accepts: TypeAlias = Callable[[str], bool]

_CALL = re.compile(r"(?P<name>[^()]*)(?:\((?P<arguments>.*)\))?", re.DOTALL)
_INTEGER = re.compile(r"\s*[+-]?[0-9]+\s*")
_DECIMAL = re.compile(r"\s*[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)\s*")
_FLOATING = re.compile(
    r"\s*(?:[+-]?(?:[0-9][0-9,]*(?:\.[0-9]*)?|\.[0-9]+)(?:e[+-]?[0-9]+)?"
    r"|[+-]?infinity|[+-]?∞|nan)\s*",
    re.IGNORECASE,
)
_HEX = "[0-9a-fA-F]"
_DASHED = f"{_HEX}{{8}}(?:-{_HEX}{{4}}){{3}}-{_HEX}{{12}}"
_GUID = re.compile(rf"\s*(?:{_HEX}{{32}}|{_DASHED}|\{{{_DASHED}\}}|\({_DASHED}\))\s*")
_ALPHA = re.compile("[a-zA-Z]*")
_INT32 = range(-(2**31), 2**31)
_INT64 = range(-(2**63), 2**63)
#: More digits than any 64-bit number has; beyond them a value is refused without being read.
_MAX_DIGITS = 25
_DATE_FORMATS = ("%m-%d-%Y", "%m/%d/%Y", "%m-%d-%Y %H:%M", "%m/%d/%Y %H:%M", "%d %b %Y")


def constraint(text: str) -> Accepts:
    """The test that an inline constraint stands for. Raises ValueError."""
    match = _CALL.fullmatch(text)
    if match is None:
        raise ValueError(
            f"the constraint '{text}' is malformed; write it as name or name(argument)"
        )
    name, arguments = match["name"].strip().lower(), match["arguments"]
    if name in _PLAIN and arguments is None:
        return _PLAIN[name]
    if name in _WITH_ARGUMENTS and arguments is not None:
        return _WITH_ARGUMENTS[name](arguments)
    raise _unknown(text, name)


def _unknown(text: str, name: str) -> ValueError:
    if name in _PLAIN:
        return ValueError(f"the constraint '{text}' takes no argument; write '{name}'")
    if name in _WITH_ARGUMENTS:
        return ValueError(f"the constraint '{text}' needs an argument, such as '{_EXAMPLES[name]}'")
    known = [*_PLAIN, *_WITH_ARGUMENTS]
    return ValueError(
        f"the constraint '{text}' is not known; the known ones are "
        f"{listed(known)}.{did_you_mean(name, known)}"
    )


def _within(limits: range, text: str) -> bool:
    return _INTEGER.fullmatch(text) is not None and _number(text) in limits


def _number(text: str) -> int:
    digits = text.strip()
    return int(digits) if len(digits) <= _MAX_DIGITS else 2**64


def _is_datetime(text: str) -> bool:
    value = text.strip()
    return _parses(datetime.fromisoformat, value) or any(
        _parses(lambda v, form=form: datetime.strptime(v, form), value)  # type: ignore[misc]  # noqa: DTZ007 - only whether it is one
        for form in _DATE_FORMATS
    )


def _parses(parse: Callable[[str], object], value: str) -> bool:
    try:
        parse(value)
    except (ValueError, OverflowError):
        return False
    return True


def _argument(text: str) -> int:
    if _INTEGER.fullmatch(text) is None or _number(text) not in _INT64:
        raise ValueError(f"'{text}' is not a whole number, which the constraint needs")
    return int(text)


def _pair(text: str) -> tuple[int, int]:
    parts = [_argument(part) for part in text.split(",")]
    if len(parts) != 2 or parts[0] > parts[1]:
        raise ValueError(f"'({text})' must be two whole numbers, the smaller one first")
    return parts[0], parts[1]


def _min_length(text: str) -> Accepts:
    limit = _argument(text)
    return lambda value: len(value) >= limit


def _max_length(text: str) -> Accepts:
    limit = _argument(text)
    return lambda value: len(value) <= limit


def _length(text: str) -> Accepts:
    low, high = _pair(text) if "," in text else (_argument(text),) * 2
    return lambda value: low <= len(value) <= high


def _minimum(text: str) -> Accepts:
    limit = _argument(text)
    return lambda value: _within(_INT64, value) and int(value) >= limit


def _maximum(text: str) -> Accepts:
    limit = _argument(text)
    return lambda value: _within(_INT64, value) and int(value) <= limit


def _range(text: str) -> Accepts:
    low, high = _pair(text)
    return lambda value: _within(_INT64, value) and low <= int(value) <= high


def _regex(text: str) -> Accepts:
    try:
        pattern = re.compile(text, re.IGNORECASE)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"the regular expression '{text}' is invalid: {error}") from None
    return lambda value: pattern.search(value) is not None


_PLAIN: Mapping[str, Accepts] = {
    "int": lambda value: _within(_INT32, value),
    "long": lambda value: _within(_INT64, value),
    "bool": lambda value: value.strip().lower() in ("true", "false"),
    "datetime": _is_datetime,
    "decimal": lambda value: _DECIMAL.fullmatch(value) is not None,
    "double": lambda value: _FLOATING.fullmatch(value) is not None,
    "float": lambda value: _FLOATING.fullmatch(value) is not None,
    "guid": lambda value: _GUID.fullmatch(value) is not None,
    "alpha": lambda value: _ALPHA.fullmatch(value) is not None,
    "required": bool,
}
_WITH_ARGUMENTS: Mapping[str, Callable[[str], Accepts]] = {
    "minlength": _min_length,
    "maxlength": _max_length,
    "length": _length,
    "min": _minimum,
    "max": _maximum,
    "range": _range,
    "regex": _regex,
}
_EXAMPLES = {
    "minlength": "minlength(4)",
    "maxlength": "maxlength(8)",
    "length": "length(2,4)",
    "min": "min(18)",
    "max": "max(120)",
    "range": "range(1,9)",
    "regex": "regex(^[a-z]+$)",
}
