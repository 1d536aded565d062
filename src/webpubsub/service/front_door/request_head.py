"""The request line and headers of an HTTP request, as far as a handshake needs them."""

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_FORBIDDEN_IN_TARGETS = re.compile(r"[\x00-\x20\x7f]")
_HEADER = re.compile(rf"({_TOKEN.pattern}):[ \t]*([^\x00-\x08\x0a-\x1f\x7f]*)")


class RequestHead(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """A parsed head. Header names are as the client spelled them; a name may repeat."""

    method: str
    target: str
    version: str
    headers: tuple[tuple[str, str], ...]

    @cached_property
    def path(self) -> str:
        """The path as sent, neither decoded nor with the query."""
        return path_of(self.target)

    @cached_property
    def segments(self) -> tuple[str, ...]:
        """The parts of the path between slashes, each decoded."""
        parts = self.path.split("/")[1:]
        return tuple([unquote(part) for part in parts] if "%" in self.path else parts)

    @cached_property
    def query(self) -> tuple[tuple[str, str], ...]:
        """The query parameters in order, decoded, blank values included."""
        return tuple(parse_qsl(self.target.partition("?")[2], keep_blank_values=True))

    @cached_property
    def _values(self) -> Mapping[str, str]:
        """The values of headers by their lower-case names."""
        values: dict[str, str] = {}
        for spelling, value in self.headers:
            name = spelling.lower()
            values[name] = f"{values[name]}, {value}" if name in values else value
        return values

    def header(self, name: str) -> str:
        """The values of a header in any letter case, joined with commas; empty when absent."""
        return self._values.get(name.lower(), "")

    def header_tokens(self, name: str) -> tuple[str, ...]:
        """The comma-separated members of a header, in order, without blanks around them."""
        value = self.header(name)
        if "," not in value:
            return (value,) if value else ()
        members = (member.strip() for member in value.split(","))
        return tuple(member for member in members if member)


def path_of(target: str) -> str:
    """The path in a request target, which may be a whole URL. Raises ValueError."""
    if target.startswith("/"):
        return target.partition("?")[0]
    return urlsplit(target).path


def parse_head(data: bytes) -> RequestHead:
    """Parse a head, up to and without the empty line. Raises ValueError, which says what is wrong.

    Strict where two readers might disagree (RFC 9112 section 5): names are tokens directly followed
    by a colon, and lines are not folded.
    """
    first, *lines = data.decode("utf-8", errors="replace").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not _TOKEN.fullmatch(parts[0]) or not parts[2].startswith("HTTP/1."):
        raise ValueError("the first line is not an HTTP/1 request line")
    return RequestHead(
        method=parts[0],
        target=_checked_target(parts[1]),
        version=parts[2],
        headers=tuple([_parse_header(line) for line in lines]),
    )


def gather(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Pairs gathered by name, values in order."""
    gathered: dict[str, list[str]] = {}
    for name, value in pairs:
        gathered.setdefault(name, []).append(value)
    return gathered


def gather_headers(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Headers gathered by name in any letter case, under the spelling that came first."""
    spellings: dict[str, str] = {}
    return gather((spellings.setdefault(name.lower(), name), value) for name, value in pairs)


def _checked_target(target: str) -> str:
    if not target or _FORBIDDEN_IN_TARGETS.search(target):
        raise ValueError("the request target is empty or holds a control character")
    if not _is_path(target):
        try:
            urlsplit(target)
        except ValueError as error:
            raise ValueError("the request target is not a URL") from error
    return target


def _is_path(target: str) -> bool:
    """Whether a target is a path beyond doubt: two slashes may be taken for a URL's."""
    return target.startswith("/") and not target.startswith("//")


def _parse_header(line: str) -> tuple[str, str]:
    found = _HEADER.fullmatch(line)
    if found is not None:
        return found[1], found[2].rstrip(" \t")
    name, colon, _ = line.partition(":")
    if not colon or not _TOKEN.fullmatch(name):
        raise ValueError("a header line does not begin with a name and a colon")
    raise ValueError(f"the value of the header '{name}' holds a control character")
