"""Route templates: ``items/{id:int}/{*rest}`` and what they match.

A template is read once, into segments of literals and parameters, and is matched against the
segments of a path. A segment that mixes literals and parameters is matched from its right end,
each literal at its last possible place and without going back, so that a match takes time linear
in the path whatever a client sends. Specification: functions-python section 5.2.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import TypeAlias
from urllib.parse import unquote

import msgspec

from webpubsub.host.extensions.http.constraints import Accepts, constraint

#: What gives a template its structure; doubled braces are literal.
_STRUCTURE = re.compile(r"\{\{|\}\}|[{}/]")
_NAME = re.compile(r"[^\s{}/?*:=]+")


class Parameter(msgspec.Struct, frozen=True, kw_only=True):
    """A ``{parameter}``. ``default`` is None when there is none."""

    name: str
    constraints: tuple[Accepts, ...] = ()
    default: str | None = None
    optional: bool = False
    catch_all: bool = False

    @property
    def may_be_missing(self) -> bool:
        """Whether a path may end before it."""
        return self.optional or self.catch_all or self.default is not None

    def accepts(self, value: str) -> bool:
        """Whether the value passes every constraint."""
        return all(accepts(value) for accepts in self.constraints)


Part: TypeAlias = str | Parameter
Segment: TypeAlias = tuple[Part, ...]


class RouteTemplate(msgspec.Struct, frozen=True, dict=True):
    """A parsed template. ``text`` is the template as it was written."""

    text: str
    segments: tuple[Segment, ...]

    @classmethod
    def parse(cls, text: str) -> "RouteTemplate":
        """The template in ``text``. Raises ValueError, which says what is wrong with it."""
        segments = tuple(_segment(piece) for piece in _pieces(text))
        _check(segments)
        return cls(text, segments)

    def match(self, path: Sequence[str]) -> dict[str, str] | None:
        """The route values of a path given as decoded segments, or None when it does not match.

        An optional parameter that the path leaves out is absent.
        """
        if self._literals is not None:
            return {} if self._literals == tuple(map(fold, path)) else None
        values: dict[str, str] = {}
        for position, segment in enumerate(self.segments):
            if not _take(segment, path[position:], values):
                return None
        if len(path) > len(self.segments) and not self._ends_in_catch_all:
            return None
        return values if self._accepts(values) else None

    @cached_property
    def _literals(self) -> tuple[str, ...] | None:
        """The only path it matches, in lower case; None when it has parameters."""
        if self._parameters:
            return None
        return tuple(fold("".join(map(str, segment))) for segment in self.segments)

    @cached_property
    def _parameters(self) -> tuple[Parameter, ...]:
        return tuple(_parameters(self.segments))

    @property
    def _ends_in_catch_all(self) -> bool:
        return any(parameter.catch_all for parameter in self._parameters)

    def _accepts(self, values: Mapping[str, str]) -> bool:
        return all(p.accepts(values[p.name]) for p in self._parameters if p.name in values)


def path_segments(raw_path: str) -> tuple[str, ...]:
    """A path as it was sent, as decoded segments without the tolerated slash at its end.

    ``%2F`` stays as it is, so that it never becomes a separator.
    """
    path = raw_path.removeprefix("/").removesuffix("/")
    if not path:
        return ()
    if "%" not in path:
        return tuple(path.split("/"))
    return tuple(
        unquote(piece.replace("%2F", "%252F").replace("%2f", "%252f")) for piece in path.split("/")
    )


def fold(text: str) -> str:
    """Text for comparisons in any letter case, of the same length as before."""
    if text.isascii():
        return text.lower()
    return "".join(low if len(low := char.lower()) == 1 else char for char in text)


def _parameters(segments: Sequence[Segment]) -> Iterator[Parameter]:
    return (part for segment in segments for part in segment if isinstance(part, Parameter))


def _take(segment: Segment, rest: Sequence[str], values: dict[str, str]) -> bool:
    """Match one segment against the first of the rest of a path, or against all of the rest."""
    only = segment[0] if len(segment) == 1 else None
    if isinstance(only, Parameter) and (only.catch_all or not rest):
        return _take_rest(only, rest, values)
    if not rest or not rest[0]:
        return False
    if isinstance(only, Parameter):
        values[only.name] = rest[0]
        return True
    if isinstance(only, str):
        return fold(only) == fold(rest[0])
    return _take_mixed(segment, rest[0], values)


def _take_rest(parameter: Parameter, rest: Sequence[str], values: dict[str, str]) -> bool:
    value = "/".join(rest) or parameter.default
    if value is not None:
        values[parameter.name] = value
    return parameter.may_be_missing


def _take_mixed(segment: Segment, text: str, values: dict[str, str]) -> bool:
    if _match_mixed(segment, text, values):
        return True
    *head, _, last = segment
    if not (head and isinstance(last, Parameter) and last.optional):
        return False
    return _take(tuple(head), (text,), values)


def _match_mixed(segment: Segment, text: str, values: dict[str, str]) -> bool:
    folded, end = fold(text), len(text)
    pending: Parameter | None = None
    found: dict[str, str] = {}
    for part in reversed(segment):
        if isinstance(part, Parameter):
            pending = part
            continue
        start = folded.rfind(fold(part), 0, end - (pending is not None))
        if start < 0 or (pending is None and start + len(part) != end):
            return False
        if pending is not None:
            found[pending.name] = text[start + len(part) : end]
        pending, end = None, start
    if pending is not None:
        found[pending.name] = text[:end]
    values.update(found)
    return end > 0 if pending is not None else end == 0


def _pieces(text: str) -> list[str]:
    """The template cut at its slashes; those inside braces do not count."""
    if not text:
        return []
    if text[0] in "/~":
        raise ValueError(f"it may not start with '{text[0]}'; write it without")
    pieces, depth, start = [], 0, 0
    for token in _STRUCTURE.finditer(text):
        depth += (token[0] == "{") - (token[0] == "}")
        if token[0] == "/" and depth == 0:
            pieces.append(text[start : token.start()])
            start = token.end()
    pieces.append(text[start:])
    if not pieces[-1]:
        pieces.pop()
    if not all(pieces):
        raise ValueError("it has an empty segment ('//'); write one '/' between segments")
    return pieces


def _segment(text: str) -> Segment:
    parts: list[Part] = []
    position = 0
    while position < len(text):
        if text[position] == "{" and not text.startswith("{{", position):
            end = _closing_brace(text, position)
            parts.append(_parameter(text[position + 1 : end]))
            position = end + 1
        else:
            literal, position = _literal(text, position)
            parts.append(literal)
    return tuple(parts)


def _literal(text: str, start: int) -> tuple[str, int]:
    """A literal and where it ends; a doubled brace stands for one."""
    characters: list[str] = []
    position = start
    while position < len(text):
        if text[position : position + 2] in ("{{", "}}"):
            position += 1
        elif text[position] == "{":
            break
        elif text[position] in "}?":
            raise ValueError(f"'{text[position]}' in '{text}' belongs to no parameter")
        characters.append(text[position])
        position += 1
    return "".join(characters), position


def _closing_brace(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        if text[position : position + 2] in ("{{", "}}"):
            position += 2
        elif text[position] == "}":
            return position
        elif text[position] == "{":
            break
        else:
            position += 1
    raise ValueError(f"a '{{' in '{text}' has no closing '}}'")


def _parameter(text: str) -> Parameter:
    content = text.replace("{{", "{").replace("}}", "}")
    stars = len(content) - len(content.lstrip("*"))
    name, constraints, default, optional = _divided(content[stars:])
    if stars > 2 or _NAME.fullmatch(name) is None:
        raise ValueError(f"'{{{text}}}' does not start with the name of a parameter")
    if optional and (stars or default is not None):
        raise ValueError(f"'{{{text}}}' is optional already; leave out its '?'")
    return Parameter(
        name=name,
        constraints=tuple(constraint(item) for item in constraints),
        default=default,
        optional=optional,
        catch_all=stars > 0,
    )


def _divided(content: str) -> tuple[str, list[str], str | None, bool]:
    """Name, constraints, default and whether it is optional; ``:`` and ``=`` inside parentheses do
    not divide."""
    optional = content.endswith("?")
    content = content.removesuffix("?")
    cuts, depth = [], 0
    for position, char in enumerate(content):
        depth += (char == "(") - (char == ")")
        if depth == 0 and char in ":=":
            cuts.append(position)
            if char == "=":
                break
    edges = [*cuts, len(content)]
    pieces = [content[start:end] for start, end in pairwise(edges)]
    default = pieces.pop()[1:] if pieces and pieces[-1].startswith("=") else None
    return content[: edges[0]], [piece[1:] for piece in pieces], default, optional


def _check(segments: Sequence[Segment]) -> None:
    names = [fold(parameter.name) for parameter in _parameters(segments)]
    repeated = next((name for name in names if names.count(name) > 1), None)
    if repeated is not None:
        raise ValueError(f"the parameter '{repeated}' appears twice; give each its own name")
    for position, segment in enumerate(segments):
        _check_segment(segment, is_last=position == len(segments) - 1)


def _check_segment(segment: Segment, *, is_last: bool) -> None:
    for index, part in enumerate(segment):
        if isinstance(part, str):
            continue
        before = segment[index - 1] if index else None
        if isinstance(before, Parameter):
            raise ValueError(f"'{before.name}' and '{part.name}' need a literal between them")
        if part.catch_all and (len(segment) > 1 or not is_last):
            raise ValueError(f"the catch-all '{part.name}' must be the whole last segment")
        if part.optional and index < len(segment) - 1:
            raise ValueError(f"the optional '{part.name}' must end its segment")
        if part.optional and before not in (None, "."):
            raise ValueError(f"only '.' may stand before the optional '{part.name}'")
