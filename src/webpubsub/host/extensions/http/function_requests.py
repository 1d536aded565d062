"""An HTTP request as a function and its binding expressions see it.

Specification: functions-python sections 5.1 and 9.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from webpubsub.host.expressions.resolution import SystemData
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.values import HttpRequestData

#: The key of a function is given in the query under this name; it is no data of the request.
_KEY_PARAMETER = "code"


def request_data(
    request: Request,
    query: Mapping[str, str],
    route_params: Mapping[str, str],
    body: bytes,
) -> HttpRequestData:
    """The request as a function sees it. ``query`` is what ``query_of`` says of it."""
    lines = request.lines
    return HttpRequestData(
        method=request.method,
        url=_clean(request.url),
        headers=joined((name.lower(), value) for name, value in lines),
        query={name: value for name, value in query.items() if value},
        route_params=route_params,
        body=body,
        header_lines=lines,
    )


def query_of(request: Request) -> Mapping[str, str]:
    """The query; a repeated key has its values joined with commas, a key without a value has the
    empty string."""
    text = request.raw_query
    if not text:
        return {}
    pairs = _pairs(text)
    spelling: dict[str, str] = {}
    return joined((spelling.setdefault(name.lower(), name), value) for name, value in pairs)


def _pairs(query: str) -> Iterable[tuple[str, str]]:
    if "%" in query or "+" in query:
        return parse_qsl(query, keep_blank_values=True)
    pieces = (piece.partition("=") for piece in query.split("&") if piece)
    return ((name, value) for name, _, value in pieces)


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Pairs as a mapping in which the values of a repeated name are joined with commas."""
    values: dict[str, str] = {}
    for name, value in pairs:
        values[name] = f"{values[name]},{value}" if name in values else value
    return values


class HttpBindingData(Mapping[str, Any]):
    """What ``{expressions}`` see of a request; names are lower-case.

    Members of a JSON body give way to the query, the query to route values, and all of them to
    ``query``, ``headers`` and ``sys``, so that no client can pass off its own ``headers``. The
    body is read only when an expression asks.
    """

    def __init__(self, data: HttpRequestData, query: Mapping[str, str], function_name: str) -> None:
        self._data = data
        self._query = query
        self._function_name = function_name

    @cached_property
    def _members(self) -> Mapping[str, Any]:
        own = {name: value for name, value in self._query.items() if name.lower() != _KEY_PARAMETER}
        merged = {**_lowered(body_members(self._data.body)), **_lowered(own)}
        return {
            **merged,
            **_lowered(self._data.route_params),
            "query": self._query,
            "headers": self._data.headers,
            "sys": SystemData(self._function_name),
        }

    def __getitem__(self, key: str) -> Any:
        name = key.lower()
        # What is asked for nearly always, and what nothing in a request can take the place of.
        if name == "query":
            return self._query
        if name == "headers":
            return self._data.headers
        return self._members[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._members)

    def __len__(self) -> int:
        return len(self._members)


def body_members(body: bytes) -> Mapping[str, Any]:
    """The members of a body that is a JSON object, arrays aside; nothing for any other body."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    if not isinstance(document, dict):
        return {}
    return {name: value for name, value in document.items() if not isinstance(value, list)}


def _lowered(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {name.lower(): value for name, value in values.items()}


def _clean(text: str) -> str:
    """Text without the surrogates in which the server keeps bytes that are no text."""
    if text.isascii():
        return text
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
