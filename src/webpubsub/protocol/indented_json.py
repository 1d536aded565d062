"""JSON text as the Functions host writes it for a language worker: indented by two spaces."""

from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring
from typing import Any, TypeAlias

import msgspec


class RawText(msgspec.Struct, frozen=True):
    """Text that goes into the JSON unchanged."""

    text: str


#: What can be written: nothing but what events are made of.
Json: TypeAlias = RawText | str | int | Mapping[str, Any] | Sequence[Any] | None

#: The host's JSON library also escapes the line ends that JSON itself lets pass.
_LINE_ENDS = str.maketrans({"\x85": "\\u0085", "\u2028": "\\u2028", "\u2029": "\\u2029"})


def indented(value: Json, margin: str = "\n") -> str:
    """JSON text as the host's library indents it: two spaces, and nothing inside empty brackets."""
    if value is None:
        return "null"
    if isinstance(value, RawText):
        return value.text
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, int):
        return msgspec.json.encode(value).decode()
    inner = f"{margin}  "
    if isinstance(value, Mapping):
        items = [f"{_quoted(key)}: {indented(item, inner)}" for key, item in value.items()]
        return _bracketed("{", items, "}", margin)
    return _bracketed("[", [indented(item, inner) for item in value], "]", margin)


def _bracketed(opening: str, items: Sequence[str], closing: str, margin: str) -> str:
    if not items:
        return opening + closing
    return f"{opening}{margin}  {f',{margin}  '.join(items)}{margin}{closing}"


def _quoted(text: str) -> str:
    return encode_basestring(text).translate(_LINE_ENDS)
