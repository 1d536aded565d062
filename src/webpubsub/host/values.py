"""What travels between the host and a worker.

The set mirrors the wire of the real host (functions-python section 4.1), so that a worker in
another process or another language can take the place of the one in this process. No type of
``azure.functions`` appears here.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.events import AnyEventRequest


class JsonText(msgspec.Struct, frozen=True, tag=True):
    """JSON as text: the worker decides whether to parse it."""

    text: str


class JsonValue(msgspec.Struct, frozen=True):
    """JSON as the value itself, from a worker in this process: it is not encoded to be decoded
    again. Whoever is given it reads it at once, and changes nothing in it."""

    value: Any


class HttpRequestData(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An HTTP request as a function sees it (functions-python section 5.1).

    Header names are lower-case and repeated headers joined with a comma; query keys with an empty
    value are absent. ``header_lines`` are the headers as they were sent, for bindings of the host;
    workers do not see them.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    route_params: Mapping[str, str]
    body: bytes
    header_lines: Sequence[tuple[str, str]] = ()


class HttpResponseData(msgspec.Struct, frozen=True, kw_only=True, tag=True):
    """An HTTP response as a function returned it. ``headers`` may repeat a name, as Set-Cookie
    does."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


#: The three arguments of an ASGI application are its scope and these.
Receive: TypeAlias = Callable[[], Awaitable[Mapping[str, Any]]]
Send: TypeAlias = Callable[[Mapping[str, Any]], Awaitable[None]]


class HttpExchange(msgspec.Struct, frozen=True, kw_only=True):
    """An HTTP request whose body its function reads as it arrives, in the terms of ASGI.

    ``at_end`` is closed when it has been answered, or will never be.
    """

    scope: Mapping[str, Any]
    receive: Receive
    at_end: ExitStack


class HttpReply(msgspec.Struct, frozen=True):
    """A response that is sent as it is made, by an ASGI application."""

    application: Callable[[Mapping[str, Any], Receive, Send], Awaitable[None]]


class EventValue(msgspec.Struct, frozen=True, kw_only=True):
    """An event of the service, handed over as it is, with what a generic function sees in its
    place.

    ``wire`` is the str or bytes that the real worker would receive for this binding, or None where
    the binding's name matches no member of the event. It is made only when somebody asks
    (``AnyEventRequest`` is enough for a typed function), hence a subclass with a property rather
    than a field: see the Web PubSub extension.
    """

    event: AnyEventRequest

    @property
    def wire(self) -> str | bytes | None:
        """The value for a function without a converter of its own."""
        raise NotImplementedError


Value: TypeAlias = (
    str
    | bytes
    | int
    | float
    | JsonText
    | JsonValue
    | HttpRequestData
    | HttpResponseData
    | HttpExchange
    | HttpReply
    | EventValue
    | None
)
