"""The webhooks of extensions, below ``/runtime/webhooks``.

Specification: bindings section 3.1.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import lru_cache
from typing import TypeAlias

from aiohttp import web

from webpubsub.host.extensions.http.bodies import read_body
from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import header_lines
from webpubsub.host.extensions.http.templates import fold, path_segments
from webpubsub.host.extensions.http.whole_requests import Request, WholeRequest
from webpubsub.host.keys.authority import webhook_demand
from webpubsub.protocol.cloud_events.wire import (
    Headers,
    NamedHeaders,
    WebhookAnswer,
    WebhookRequest,
)

#: What an extension answers requests with.
Webhook: TypeAlias = Callable[[WebhookRequest], Awaitable[WebhookAnswer]]

_PREFIX = ("runtime", "webhooks")
#: All requests of a service have the same path, or few that differ.
_MOST_PATHS = 64
_METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS")


class Webhooks:
    """The webhooks of extensions by their lower-case names, each behind a key of its own."""

    def __init__(self, by_name: Mapping[str, Webhook], gate: Gate, max_body_bytes: int) -> None:
        self._by_name = by_name
        self._demands = {name: webhook_demand(name) for name in by_name}
        self._gate = gate
        self._max_body_bytes = max_body_bytes

    @property
    def names(self) -> Collection[str]:
        """The extensions that have a webhook."""
        return self._by_name.keys()

    def find(self, raw_path: str) -> str | None:
        """The extension that a path as it was sent belongs to; what follows its name is ignored."""
        name = _name_in(raw_path)
        return name if name in self._by_name else None

    async def answer(self, extension: str, request: Request) -> web.Response:
        """Let the extension answer, if the key is right. Raises BodyTooLarge."""
        if request.method not in _METHODS:
            return web.Response(status=405, headers={"Allow": ", ".join(_METHODS)})
        refusal = self._gate.refusal(request, self._demands[extension])
        if refusal is not None:
            return refused(request, refusal)
        body = await read_body(request, self._max_body_bytes)
        answer = await self._by_name[extension](
            WebhookRequest(method=request.method, headers=_headers(request), body=body)
        )
        return web.Response(status=answer.status, headers=answer.headers, body=answer.body or None)


def _headers(request: Request) -> Headers:
    if isinstance(request, WholeRequest):
        return NamedHeaders(request.named, lambda: request.lines)
    return header_lines(request)


@lru_cache(maxsize=_MOST_PATHS)
def _name_in(raw_path: str) -> str | None:
    *prefix, name = [fold(segment) for segment in path_segments(raw_path)[:3]] or [""]
    return name if tuple(prefix) == _PREFIX else None
