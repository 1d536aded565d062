"""A request to the host, whoever has read it.

Specification: functions-python section 5.2.
"""

from collections.abc import Awaitable, Callable, Collection
from typing import Protocol, TypeAlias

import msgspec
from aiohttp import hdrs
from multidict import istr

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.routing import Route
from webpubsub.host.extensions.http.streams import Stream
from webpubsub.protocol.cloud_events.wire import Named
from webpubsub.protocol.refusals import Refusal

#: So many names of headers are kept in lower case.
_MOST_NAMES = 512
_SPELLINGS = {str(name).lower(): str(name) for name in vars(hdrs).values() if type(name) is istr}


class Body(Protocol):
    """The body of a request."""

    async def read(self, limit: int) -> bytes:
        """All of it as it was sent. Raises BodyError, also for one of more bytes than ``limit``."""


class Request(msgspec.Struct, eq=False):
    """A request. ``fields`` are its headers as they were sent, ``named`` their values by the names
    in lower case: one each, or all of one that repeats. ``route`` and ``refusal`` are noted while
    it is answered, for whoever looks: the route that it fits, and why it was turned away."""

    method: str
    raw_path: str
    raw_query: str
    host: str
    fields: Collection[tuple[bytes, bytes]]
    named: Named
    body: Body
    scheme: str = "http"
    _stream: Stream | None = None
    route: Route | None = None
    refusal: Refusal | None = None

    @property
    def url(self) -> str:
        """Scheme, Host header, path and query as the client sent them."""
        query = f"?{self.raw_query}" if self.raw_query else ""
        return f"{self.scheme}://{self.host}{self.raw_path}{query}"

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The headers in order; bytes that are no text are replaced."""
        return [
            (_SPELLINGS.get(LOWERED[name]) or name.decode(), value.decode("utf-8", "replace"))
            for name, value in self.fields
        ]

    @property
    def stream(self) -> Stream:
        """Its client, for an answer that is sent while it is made. Raises RuntimeError for one that
        is answered in one piece."""
        if self._stream is None:
            raise RuntimeError("the answer to this request is sent in one piece")
        return self._stream

    def first(self, name: str) -> str | None:
        """The first value of a header, None without one."""
        values = self.named.get(name.lower())
        return values[0] if isinstance(values, list) else values


#: What answers requests.
Handler: TypeAlias = Callable[[Request], Awaitable[Answer]]


class _Names(dict[bytes, str]):
    """Names of headers in lower case, of which the latest are kept."""

    def __missing__(self, name: bytes) -> str:
        if len(self) >= _MOST_NAMES:
            self.clear()
        lowered = self[name] = name.decode().lower()
        return lowered


LOWERED = _Names()
