"""On which line each key of a file stands.

The parsers of the standard library give values without positions. These scans run beside them, over
text that a parser has accepted, and need not be perfect: a line that is not found is not named.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping

from webpubsub.service.hub_settings.located import KeyPath

_TABLES = re.compile(r"\s*\[\[(.+)\]\]")
_TABLE = re.compile(r"\s*\[(.+)\]")
_KEY = re.compile(r"""\s*((?:[\w.\s-]|"[^"]*"|'[^']*')+?)\s*=""", re.ASCII)
_JSON_MARK = re.compile(r'"((?:\\.|[^"\\])*)"(\s*:)?|[{}\[\],]')


def toml_lines(text: str) -> Mapping[KeyPath, int]:
    """The lines, from 1, of the tables and keys of a TOML text."""
    lines: dict[KeyPath, int] = {}
    counts: dict[KeyPath, int] = {}
    table: KeyPath = ()
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _TABLES.match(line):
            array = _resolved(_keys(match[1]), counts)
            counts[array] = counts.get(array, -1) + 1
            table = (*array, counts[array])
            path = table
        elif match := _TABLE.match(line):
            path = table = _resolved(_keys(match[1]), counts)
        elif match := _KEY.match(line):
            path = (*table, *_keys(match[1]))
        else:
            continue
        for length in range(1, len(path) + 1):
            lines.setdefault(path[:length], number)
    return lines


def json_lines(text: str) -> Mapping[KeyPath, int]:
    """The lines, from 1, of the keys of a JSON text."""
    lines: dict[KeyPath, int] = {}
    path: list[str | int] = []
    for number, mark, key in _json_marks(text):
        if key is not None and path:
            path[-1] = key
            lines.setdefault(tuple(path), number)
        elif mark in "{[":
            path.append("" if mark == "{" else 0)
        elif mark in "}]" and path:
            path.pop()
        elif mark == "," and path and isinstance(path[-1], int):
            path[-1] += 1
    return lines


def _json_marks(text: str) -> Iterator[tuple[int, str, str | None]]:
    """Line, punctuation or string and, where that is the key of an object, the key."""
    number, position = 1, 0
    for match in _JSON_MARK.finditer(text):
        number += text.count("\n", position, match.start())
        position = match.start()
        if match[1] is None:
            yield number, match[0], None
        elif match[2] is not None:
            yield number, match[0], match[1]


def _keys(dotted: str) -> KeyPath:
    """The keys of ``a."b c".d``, which TOML itself can tell apart."""
    try:
        value = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return ()
    keys: list[str] = []
    while isinstance(value, dict):
        ((key, value),) = value.items()
        keys.append(key)
    return tuple(keys)


def _resolved(keys: KeyPath, counts: Mapping[KeyPath, int]) -> KeyPath:
    """The path of a table, where keys that name arrays stand for their last element."""
    path: KeyPath = ()
    for key in keys[:-1]:
        path = (*path, key)
        if path in counts:
            path = (*path, counts[path])
    return (*path, *keys[-1:])
