"""Requests that arrive whole, or whose rest follows soon, as nearly all do.

``RequestReader`` takes what is plain HTTP/1.1 beyond doubt: llhttp, by httptools, reads it, nothing
in it changes what the connection is for or how its body is framed, and no header repeats. It does
not say what is wrong with anything else: aiohttp sees the same bytes, and judges them.
Specification: functions-python section 5.2.
"""

import re

from httptools import HttpParserError, HttpParserUpgrade, HttpRequestParser

from webpubsub.host.extensions.http.bodies import MISSING, WholeBody
from webpubsub.host.extensions.http.requests import LOWERED, Request

_END_OF_HEAD = b"\r\n\r\n"
#: What aiohttp bounds is far from its bounds in a head of this size.
_MOST_HEAD_BYTES = 8_000
_MOST_HEADERS = 100
#: Others are answered apart from the usual, or not at all.
_METHODS = {name.encode(): name for name in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
_PATH = re.compile(rb"/(?:[!\"$-.0-~][!\"$-~]*)?")
#: Headers that ask for something of the connection, or frame a body otherwise.
_REMARKABLE = frozenset({"expect", "sec-websocket-key1", "transfer-encoding", "upgrade"})


#: What it says of anything else.
_OTHER = (None, 0)


class RequestReader:
    """Reads one request after another, of any connections. Its parser calls ``on_…``."""

    def __init__(self) -> None:
        self._targets: list[bytes] = []
        self._fields: dict[bytes, bytes] = {}
        self._ended = 0
        self._is_kept = False
        # These are called most, so they are no methods of Python. Of headers with the same name one
        # stays, and is one less than there are lines.
        self.on_url = self._targets.append
        self.on_header = self._fields.__setitem__
        self._parser = HttpRequestParser(self)

    def read(self, data: bytes) -> tuple[Request | None, int]:
        """The request that these bytes are, and how many it has. They may be more than have come:
        the body is missing then. So is the request itself while its head is not complete. None and
        0 for what is no such request, or more than one."""
        try:
            self._parser.feed_data(data)
            found = self._found(data)
        except (HttpParserError, HttpParserUpgrade, ValueError):
            found = _OTHER
        if found[1] != len(data):  # whoever is in the middle of something cannot be asked again
            self._parser = HttpRequestParser(self)
        self._ended = 0
        self._targets.clear()
        self._fields.clear()
        return found

    def on_message_complete(self) -> None:
        """The end of a request."""
        self._ended += 1
        self._is_kept = self._parser.should_keep_alive()

    def _found(self, data: bytes) -> tuple[Request | None, int]:
        head = data[: data.find(_END_OF_HEAD) + len(_END_OF_HEAD)]
        if not head.endswith(_END_OF_HEAD):
            is_short = len(data) < _MOST_HEAD_BYTES and not self._ended
            return (None, len(data) + 1) if is_short else _OTHER
        request = self._request(head) if self._targets else None  # without, these are blank lines
        if request is None:
            return _OTHER
        length = len(head) + int(request.first("content-length") or 0)
        if self._ended != (len(data) == length) or len(data) > length:
            return _OTHER
        if self._ended:
            request.body = WholeBody(data[len(head) :])
        return request, length

    def _request(self, head: bytes) -> Request | None:
        """One whose body is missing."""
        parser, target, fields = self._parser, self._targets[0], self._fields
        method = _METHODS.get(parser.get_method())
        if (
            method is None
            or not (self._is_kept if self._ended else parser.should_keep_alive())
            or parser.get_http_version() != "1.1"
            or _PATH.fullmatch(target) is None
            or len(head) > _MOST_HEAD_BYTES
            or len(fields) > _MOST_HEADERS
            or not _has_lines(head, len(fields))
        ):
            return None
        named = {LOWERED[name]: value.decode() for name, value in fields.items()}
        host = named.get("host")
        if host is None or len(named) < len(fields) or not _REMARKABLE.isdisjoint(named):
            return None
        path, _, query = target.decode().partition("?")
        lines = fields.copy().items()
        return Request(method, path, query, host, lines, named, MISSING)


def _has_lines(head: bytes, fields: int) -> bool:
    """Whether a head is a line for the request, one for each of these fields, without blanks behind
    it, which llhttp would leave there, and an empty one."""
    return head.count(b"\r\n") == fields + 2 and b" \r\n" not in head and b"\t\r\n" not in head
