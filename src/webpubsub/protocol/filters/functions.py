"""The functions of filters. Specification: rest-api section 9.3.

None is null. Strings are measured in UTF-16 code units and compared by code point, and letters are
mapped one to one, as .NET does for the service.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any

import msgspec

from webpubsub.protocol.filters.kinds import Kind
from webpubsub.protocol.names import utf16_length

_CODEC = "utf-16-le"


class Function(msgspec.Struct, frozen=True):
    """What a function takes, by the number of its arguments, what it gives, and how."""

    parameters: Mapping[int, tuple[frozenset[Kind], ...]]
    result: Kind
    call: Callable[..., Any]


def _length(value: Collection[str] | None) -> int | None:
    if value is None:
        return None
    return utf16_length(value) if isinstance(value, str) else len(value)


def _mapped(method: Callable[[str], str], text: str | None) -> str | None:
    if text is None:
        return None
    return "".join(new if len(new := method(old)) == 1 else old for old in text)


def _lower(text: str | None) -> str | None:
    return _mapped(str.lower, text)


def _upper(text: str | None) -> str | None:
    return _mapped(str.upper, text)


def _trim(text: str | None) -> str | None:
    return None if text is None else text.strip()


def _contains(text: str | None, part: str | None) -> bool:
    return text is not None and part is not None and part in text


def _starts(text: str | None, part: str | None) -> bool:
    return text is not None and part is not None and text.startswith(part)


def _ends(text: str | None, part: str | None) -> bool:
    return text is not None and part is not None and text.endswith(part)


def _index(text: str | None, part: str | None) -> int:
    if text is None or part is None:
        return -1
    index = text.find(part)
    return index if index <= 0 else utf16_length(text[:index])


def _concat(text: str | None, other: str | None) -> str | None:
    if text is None or other is None:
        return other if text is None else text
    return text + other


def _substring(text: str | None, start: int | None, *length: int | None) -> str | None:
    if text is None or start is None or None in length:
        return None
    units = text.encode(_CODEC, "surrogatepass")
    size = len(units) // 2
    count = size - start if not length else length[0]
    if count is None or not 0 <= start <= size or not 0 <= count <= size - start:
        return None
    return units[start * 2 : (start + count) * 2].decode(_CODEC, "surrogatepass")


_STRING = frozenset({Kind.STRING})
_INT = frozenset({Kind.INT})
_MEASURED = frozenset({Kind.STRING, Kind.COLLECTION})
_ONE = {1: (_STRING,)}
_TWO = {2: (_STRING, _STRING)}

FUNCTIONS: Mapping[str, Function] = {
    "length": Function({1: (_MEASURED,)}, Kind.INT, _length),
    "tolower": Function(_ONE, Kind.STRING, _lower),
    "toupper": Function(_ONE, Kind.STRING, _upper),
    "trim": Function(_ONE, Kind.STRING, _trim),
    "contains": Function(_TWO, Kind.BOOL, _contains),
    "startswith": Function(_TWO, Kind.BOOL, _starts),
    "endswith": Function(_TWO, Kind.BOOL, _ends),
    "indexof": Function(_TWO, Kind.INT, _index),
    "concat": Function(_TWO, Kind.STRING, _concat),
    "substring": Function({2: (_STRING, _INT), 3: (_STRING, _INT, _INT)}, Kind.STRING, _substring),
}
