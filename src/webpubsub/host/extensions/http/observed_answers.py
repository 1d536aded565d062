"""Requests and their answers, shown to those who look at the host."""

from collections.abc import Awaitable

from webpubsub.host.extensions.http.answers import Answer
from webpubsub.host.extensions.http.requests import Handler, Request
from webpubsub.host.observation import HttpAnswered, HttpReceived, ObservationPoint, Observed
from webpubsub.protocol.trace_context import sender_span


class ObservedAnswers:
    """Answers as ``answer`` does; what passes is shown at ``point``, as a span of its own."""

    def __init__(self, answer: Handler, point: ObservationPoint) -> None:
        self._answer = answer
        self._point = point

    def __call__(self, request: Request) -> Awaitable[Answer]:
        """Answer a request."""
        is_observed = self._point.observer is not None
        return self._traced(request) if is_observed else self._answer(request)

    async def _traced(self, request: Request) -> Answer:
        with self._point.trace(sender_span(request.lines)):
            return await self._observed(request)

    async def _observed(self, request: Request) -> Answer:
        method, path = request.method, request.raw_path
        began, status = self._point.monotonic(), 500
        self._observe(HttpReceived(method, path))
        try:
            answer = await self._answer(request)
            status = answer.status
        finally:
            seconds, route = self._point.monotonic() - began, request.route
            template = None if route is None else f"/{route.template.text}"
            self._observe(HttpAnswered(method, path, status, seconds, template, request.refusal))
        return answer

    def _observe(self, item: Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(item)
