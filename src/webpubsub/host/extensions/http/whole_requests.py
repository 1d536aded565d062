"""Requests that have arrived whole, which nearly all do, with everything about them at hand.

``RequestReader`` takes what is plain HTTP/1.1 beyond doubt: llhttp, by httptools, reads it, nothing
in it changes what the connection is for or how its body is framed, and no header repeats. It does
not say what is wrong with anything else: aiohttp sees the same bytes, and judges them.
Specification: functions-python section 5.2.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
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
_LINE_END = b"\r\n"
#: llhttp leaves blanks at the end of a value.
_BLANKS = (b" \r\n", b"\t\r\n")
#: Of so many names of headers it is kept how they are spelled.
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

    ``named`` are the values of its headers by their names in lower case. Raises UnicodeDecodeError
    for one that is no text.
    """

    __slots__ = ("_fields", "_headers", "_notes", "body", "method", "named", "rel_url")

    scheme = "http"

    def __init__(
        self, method: str, target: str, fields: Mapping[bytes, bytes], body: bytes
    ) -> None:
        path, _, query = target.partition("?")
        self.method = method
        self.rel_url = Target(path, query)
        self.body = body
        self.named = {_lowered(name): value.decode() for name, value in fields.items()}
        self._fields = fields
        self._headers: CIMultiDict[str] | None = None
        self._notes: dict[Any, Any] = {}

    @property
    def lines(self) -> list[tuple[str, str]]:
        """Its headers in order."""
        return [(_spelled(name), value.decode()) for name, value in self._fields.items()]

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
        self._fields: dict[bytes, bytes] = {}
        #: A header, of which the parser tells; when its name repeats, there is one less.
        self.on_header = self._fields.__setitem__
        self._begin()
        self._parser = HttpRequestParser(self)

    def read(self, data: bytes) -> WholeRequest | None:
        """The request that these bytes are, neither less nor more; None for any other."""
        try:
            self._parser.feed_data(data)
            request = self._request(data) if self._begun == self._ended == 1 else None
        except (HttpParserError, HttpParserUpgrade, UnicodeDecodeError):
            request = None
        if request is None:  # whoever is in the middle of something cannot be asked again
            self._parser = HttpRequestParser(self)
        self._begin()
        return request

    def _begin(self) -> None:
        self._begun = self._ended = 0
        self._is_kept = False
        self._target = self._body = b""
        self._fields.clear()

    def _request(self, data: bytes) -> WholeRequest | None:
        head, fields = data[: len(data) - len(self._body)], self._fields
        method = _METHODS.get(self._parser.get_method())
        if (
            method is None
            or not self._is_kept
            or self._parser.get_http_version() != "1.1"
            or _PATH.fullmatch(self._target) is None
            or len(head) > _MOST_HEAD_BYTES
            or len(fields) > _MOST_HEADERS
            or head.count(_LINE_END) != len(fields) + 2
            or any(blank in head for blank in _BLANKS)
        ):
            return None
        request = WholeRequest(method, self._target.decode(), fields.copy(), self._body)
        named = request.named
        is_plain = "host" in named and len(named) == len(fields) and _REMARKABLE.isdisjoint(named)
        return request if is_plain else None

    def on_message_begin(self) -> None:
        """A request."""
        self._begun += 1

    def on_url(self, target: bytes) -> None:
        """A piece of where it goes."""
        self._target += target

    def on_body(self, piece: bytes) -> None:
        """A piece of the body."""
        self._body += piece

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._ended += 1
        self._is_kept = self._parser.should_keep_alive()


@lru_cache(maxsize=_MOST_NAMES)
def _lowered(name: bytes) -> str:
    return name.decode().lower()


@lru_cache(maxsize=_MOST_NAMES)
def _spelled(name: bytes) -> str:
    """The name of a header as aiohttp spells it."""
    return _SPELLINGS.get(_lowered(name), name.decode())
