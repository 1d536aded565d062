"""Requests that have arrived whole, which nearly all do, with everything about them at hand.

``RequestReader`` takes what is plain HTTP/1.1 beyond doubt: llhttp, by httptools, reads it, nothing
in it changes what the connection is for or how its body is framed, and no header repeats. It does
not say what is wrong with anything else: aiohttp sees the same bytes, and judges them.
Specification: functions-python section 5.2.
"""

import re
from collections.abc import Mapping
from typing import Any, TypeAlias, TypeVar

import msgspec
from aiohttp import hdrs, web
from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser
from multidict import CIMultiDict, istr

_Note = TypeVar("_Note")

#: What aiohttp bounds is far from its bounds in a head of this size.
_MOST_HEAD_BYTES = 8_000
_MOST_HEADERS = 100
#: Others are answered apart from the usual, or not at all.
_METHODS = {name.encode(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
_PATH = re.compile(rb"/(?:[!\"$-.0-~][!\"$-~]*)?")
#: Headers that ask for something of the connection, or frame a body otherwise.
_REMARKABLE = frozenset({"expect", "sec-websocket-key1", "transfer-encoding", "upgrade"})
#: So many names of headers are kept in lower case.
_MOST_NAMES = 512
_SPELLINGS = {str(name).lower(): str(name) for name in vars(hdrs).values() if type(name) is istr}


class Target(msgspec.Struct, frozen=True):
    """Where a request goes, as it was sent; the names are those of ``yarl.URL``."""

    raw_path: str
    raw_query_string: str

    @property
    def raw_path_qs(self) -> str:
        """Both."""
        query = self.raw_query_string
        return f"{self.raw_path}?{query}" if query else self.raw_path


class WholeRequest:
    """One of them, with the members of ``web.BaseRequest`` that the host asks for.

    ``fields`` are its headers as they were sent, ``named`` their values by the names in lower case.
    """

    __slots__ = ("_fields", "_headers", "_notes", "body", "method", "named", "rel_url")

    scheme = "http"

    def __init__(
        self,
        method: str,
        target: str,
        fields: Mapping[bytes, bytes],
        named: Mapping[str, str],
        body: bytes,
    ) -> None:
        path, _, query = target.partition("?")
        self.method = method
        self.rel_url = Target(path, query)
        self.named = named
        self.body = body
        self._fields = fields
        self._headers: CIMultiDict[str] | None = None
        self._notes: dict[Any, Any] = {}

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Its headers in order."""
        return [
            (_SPELLINGS.get(_LOWERED[name]) or name.decode(), value.decode())
            for name, value in self._fields.items()
        ]

    @property
    def headers(self) -> CIMultiDict[str]:
        """The headers by name, in any letter case."""
        if self._headers is None:
            self._headers = CIMultiDict(self.lines)
        return self._headers

    @property
    def host(self) -> str:
        """What the client calls this host."""
        return self.named["host"]

    @property
    def content_length(self) -> int | None:
        """Of the body, as it was announced."""
        return len(self.body) if "content-length" in self.named else None

    @property
    def content_type(self) -> str:
        """The media type of the body, in lower case and without parameters."""
        return self.named.get("content-type", "").partition(";")[0].strip().lower()

    def __setitem__(self, key: web.RequestKey[_Note], value: _Note) -> None:
        self._notes[key] = value

    def get(self, key: web.RequestKey[_Note]) -> _Note | None:
        """What has been noted of it."""
        found: _Note | None = self._notes.get(key)
        return found


#: A request, however it came.
Request: TypeAlias = web.BaseRequest | WholeRequest


class RequestReader:
    """Reads one request after another, of any connections. Its parser calls ``on_…``."""

    def __init__(self) -> None:
        self._targets: list[bytes] = []
        self._fields: dict[bytes, bytes] = {}
        self._pieces: list[bytes] = []
        self._ended = 0
        self._is_kept = False
        # These are called most, so they are no methods of Python. Of headers with the same name one
        # stays, and is one less than there are lines.
        self.on_url = self._targets.append
        self.on_header = self._fields.__setitem__
        self.on_body = self._pieces.append
        self._parser = HttpRequestParser(self)

    def read(self, data: bytes) -> WholeRequest | None:
        """The request that these bytes are, neither less nor more; None for any other."""
        try:
            self._parser.feed_data(data)
            request = self._request(data) if self._ended == 1 and self._is_kept else None
        except (HttpParserError, HttpParserUpgrade, UnicodeDecodeError):
            request = None
        if request is None:  # whoever is in the middle of something cannot be asked again
            self._parser = HttpRequestParser(self)
        self._ended = 0
        self._targets.clear()
        self._fields.clear()
        self._pieces.clear()
        return request

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._ended += 1
        self._is_kept = self._parser.should_keep_alive()

    def _request(self, data: bytes) -> WholeRequest | None:
        parser, target, fields = self._parser, self._targets[0], self._fields
        method = _METHODS.get(parser.get_method())
        body = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        head = data[: len(data) - len(body)]
        if (
            method is None
            or parser.get_http_version() != "1.1"
            or _PATH.fullmatch(target) is None
            or len(head) > _MOST_HEAD_BYTES
            or len(fields) > _MOST_HEADERS
            or not _has_lines(head, len(fields))
        ):
            return None
        named = {_LOWERED[name]: value.decode() for name, value in fields.items()}
        if "host" not in named or len(named) < len(fields) or not _REMARKABLE.isdisjoint(named):
            return None
        return WholeRequest(method, target.decode(), fields.copy(), named, body)


def _has_lines(head: bytes, fields: int) -> bool:
    """Whether a head is a line for the request, one for each of these fields, without blanks behind
    it, which llhttp would leave there, and an empty one."""
    return (
        head.endswith(b"\r\n\r\n")
        and head.count(b"\r\n") == fields + 2
        and b" \r\n" not in head
        and b"\t\r\n" not in head
    )


class _Names(dict[bytes, str]):
    """Names of headers in lower case, of which the latest are kept."""

    def __missing__(self, name: bytes) -> str:
        if len(self) >= _MOST_NAMES:
            self.clear()
        lowered = self[name] = name.decode().lower()
        return lowered


_LOWERED = _Names()
