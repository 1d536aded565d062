"""The webhooks of extensions, below ``/runtime/webhooks``.

Specification: bindings section 3.1.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from functools import lru_cache
from typing import TypeAlias

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.refusing import refused
from webpubsub.host.extensions.http.requests import Request
from webpubsub.host.extensions.http.templates import fold, path_segments
from webpubsub.host.keys.authority import webhook_demand
from webpubsub.protocol.cloud_events.wire import (
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

    async def answer(self, extension: str, request: Request) -> Answer:
        """Let the extension answer, if the key is right. Raises BodyTooLarge."""
        if request.method not in _METHODS:
            return Answer(405, [("Allow", ", ".join(_METHODS))])
        refusal = self._gate.refusal(request, self._demands[extension])
        if refusal is not None:
            return refused(request, refusal)
        body = await request.body.read(self._max_body_bytes)
        headers = NamedHeaders(request.named, lambda: request.lines)
        answer = await self._by_name[extension](
            WebhookRequest(method=request.method, headers=headers, body=body)
        )
        return Answer(answer.status, answer.headers, answer.body)


@lru_cache(maxsize=_MOST_PATHS)
def _name_in(raw_path: str) -> str | None:
    *prefix, name = [fold(segment) for segment in path_segments(raw_path)[:3]] or [""]
    return name if tuple(prefix) == _PREFIX else None
