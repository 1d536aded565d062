"""The request target, decoded as the service decodes it: an escaped slash stays as it is.

Thus ``a%2Fb`` in a path names a group of that very name, which no client calls ``a/b``.
Specification: rest-api section 1.2.
"""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

import msgspec

MAX_PARAMETERS = 1000

_ESCAPED_SLASH = re.compile("%(?=2[fF])")


class Target(msgspec.Struct, frozen=True):
    """What a request is addressed to.

    ``raw_path`` is as on the wire, ``segments`` are decoded; one trailing slash is gone from both.
    ``query`` has the values of every parameter by its name in lower case.
    """

    raw_path: str
    segments: tuple[str, ...]
    query: Mapping[str, Sequence[str]]

    @property
    def path(self) -> str:
        """The decoded path."""
        return "/" + "/".join(self.segments)

    def values(self, name: str) -> Sequence[str]:
        """The values of a query parameter, named in any letter case."""
        return self.query.get(name.lower(), ())


def parse_target(raw: str) -> Target:
    """Parse the target of a request line. Raises ValueError when it is not percent-encoded UTF-8 or
    has too many parameters."""
    path, _, query = raw.partition("?")
    if not path.startswith("/"):
        # A request to a proxy names the whole URL.
        path = urlsplit(path).path or "/"
    path = path.removesuffix("/")
    try:
        segments = tuple([decode_segment(segment) for segment in path.split("/")[1:]])
        return Target(path, segments, _parse_query(query))
    except UnicodeError:
        raise ValueError("it is not percent-encoded UTF-8") from None


def decode_segment(raw: str) -> str:
    """A path segment, decoded once but for escaped slashes. Raises ValueError."""
    if "%" not in raw and raw.isascii():
        return raw
    return unquote_to_bytes(_ESCAPED_SLASH.sub("%25", raw)).decode()


def _parse_query(raw: str) -> Mapping[str, Sequence[str]]:
    # What was not UTF-8 on the wire cannot be encoded again.
    raw.encode()
    count = raw.count("&") + 1
    if count > MAX_PARAMETERS:
        raise ValueError(f"it has {count} parameters, where {MAX_PARAMETERS} are allowed")
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(raw, keep_blank_values=True, errors="strict"):
        query.setdefault(name.lower(), []).append(value)
    return query
