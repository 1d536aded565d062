"""The webhook: events of a service elsewhere, as HTTP requests.

The order of the checks is the official extension's: an event without a function is told so before
its signature is looked at. Specification: bindings sections 3.2 to 3.7.
"""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeAlias

import msgspec

from webpubsub.host.extensions.webpubsub.accesses import separated
from webpubsub.host.extensions.webpubsub.answers import Answer, Awaiting, FailedAnswer
from webpubsub.host.extensions.webpubsub.checks_made import checks_until
from webpubsub.host.extensions.webpubsub.routes import Route, Routes
from webpubsub.host.extensions.webpubsub.webhook_answers import (
    EMPTY,
    text_answer,
    webhook_answer_of,
)
from webpubsub.host.observation import (
    DeliveryAnswered,
    DeliveryReceived,
    ObservationPoint,
    Observed,
)
from webpubsub.protocol.cloud_events import deliveries, wire
from webpubsub.protocol.cloud_events.wire import Headers, WebhookAnswer, WebhookRequest, values
from webpubsub.protocol.events import AnyEventRequest, ConnectEventRequest, UserEventRequest
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import deliveries as kinds

#: Calls the function of a route.
Dispatch: TypeAlias = Callable[[Route, AnyEventRequest], Awaitable[Answer]]

_AWAITED = (ConnectEventRequest, UserEventRequest)
_VALIDATION = frozenset({"OPTIONS", "GET"})
_ALLOWED = WebhookAnswer(status=200, headers=[(wire.ALLOWED_ORIGIN, "*")])

_logger = logging.getLogger(__name__)


class _Delivery(msgspec.Struct):
    """What has become of a request so far."""

    event: AnyEventRequest | None = None
    refusal: Refusal | None = None


class Webhook:
    """Answers requests of a service with the functions of ``routes``."""

    def __init__(
        self, routes: Routes, dispatch: Dispatch, point: ObservationPoint | None = None
    ) -> None:
        self._routes = routes
        self._dispatch = dispatch
        self._point = point or ObservationPoint()

    def receive(self, request: WebhookRequest) -> Coroutine[Any, Any, WebhookAnswer]:
        """The answer to one request. Never raises for what is in it."""
        if self._point.observer is None:
            return self._answer(request, _Delivery())
        return self._traced(request)

    async def _traced(self, request: WebhookRequest) -> WebhookAnswer:
        with self._point.span():
            return await self._observed(request)

    async def _observed(self, request: WebhookRequest) -> WebhookAnswer:
        began, delivery, status = self._point.monotonic(), _Delivery(), 500
        self._observe(DeliveryReceived(request.method))
        try:
            answer = await self._answer(request, delivery)
            status = answer.status
        finally:
            seconds, refusal = self._point.monotonic() - began, delivery.refusal
            checks = () if refusal is None else checks_until(refusal, request)
            self._observe(
                DeliveryAnswered(request.method, status, seconds, delivery.event, refusal, checks)
            )
        return answer

    def _observe(self, item: Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(item)

    async def _answer(self, request: WebhookRequest, delivery: "_Delivery") -> WebhookAnswer:
        try:
            if request.method in _VALIDATION:
                return self._validate(request.headers)
            route, event = self._read(request)
        except Refused as refused:
            delivery.refusal = refused.refusal
            return _refused(refused.refusal)
        delivery.event = event
        answer = await self._dispatch(route, event)
        if not isinstance(event, _AWAITED):
            return EMPTY
        if isinstance(answer, FailedAnswer):
            _log_failure(route, event, answer)
        return webhook_answer_of(event, answer)

    def _validate(self, headers: Headers) -> WebhookAnswer:
        """One function that takes events from one of the origins is enough."""
        origins = values(headers, wire.REQUEST_ORIGIN)
        if not any(origins):
            raise Refused(kinds.ORIGIN_MISSING.refuse(f"no {wire.REQUEST_ORIGIN}"))
        hosts = [host for value in origins for host in separated(value)]
        if not any(route.accesses.allows(hosts) for route in self._routes):
            raise Refused(kinds.ORIGIN_NOT_ALLOWED.refuse(f"'{','.join(hosts)[:200]}'"))
        return _ALLOWED

    def _read(self, request: WebhookRequest) -> tuple[Route, AnyEventRequest]:
        context = deliveries.strict_context(request.headers)
        route = self._routes.find(context)
        if route is None:
            seen = f"the {context.event_type.lower()} event '{context.event_name[:100]}'"
            raise Refused(kinds.NO_FUNCTION.refuse(f"{seen} of hub '{context.hub[:100]}'"))
        if not route.accesses.trusts(context):
            raise Refused(kinds.NOT_TRUSTED.refuse(f"the origin '{(context.origin or '')[:200]}'"))
        if request.method != "POST":
            raise Refused(kinds.METHOD_WRONG.refuse(f"'{request.method}'"))
        event = deliveries.event_of(context, request.headers, request.body)
        if event is None:  # a trigger cannot ask for a system event that is not known
            raise Refused(kinds.NO_FUNCTION.refuse(f"the system event '{context.event_name}'"))
        return route, event


def _refused(refusal: Refusal) -> WebhookAnswer:
    _logger.warning("%s", refusal.describe())
    status = refusal.kind.http_status or 400
    if refusal.kind is kinds.CONTENT_TYPE_UNKNOWN:
        text = "Message data only supports text, binary, json. Current value is: "
        return text_answer(status, text + refusal.wire_message)
    return WebhookAnswer(status=status)


def _log_failure(route: Route, event: Awaiting, answer: FailedAnswer) -> None:
    context = event.connection_context
    _logger.info(
        "Function '%s' answered '%s' of connection '%s' with status %d: %s",
        route.function.name,
        context.event_name,
        context.connection_id,
        answer.status,
        answer.message,
        extra={"hub": context.hub, "connection_id": context.connection_id},
    )
