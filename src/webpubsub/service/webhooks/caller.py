"""The webhook caller: an event handler that is reached over HTTP.

Specification: upstream-events sections 3 to 14.
"""

import logging
import time
from collections.abc import Callable, MutableMapping

import msgspec

from webpubsub.protocol.cloud_events.answers import outcome_of
from webpubsub.protocol.cloud_events.requests import request_of
from webpubsub.protocol.cloud_events.validation import VALIDATION_EVENT
from webpubsub.protocol.cloud_events.wire import WebhookRequest, values
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.outcomes import EventFailed, EventOutcome
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.timers import Timers
from webpubsub.protocol.trace_context import current_span
from webpubsub.protocol.unique_ids import UniqueIds
from webpubsub.service import observation
from webpubsub.service.hub_settings.model import EventHandlerSettings, ManagedIdentity
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.webhooks.cookies import cookie_header, keep
from webpubsub.service.webhooks.exchange import Exchange, Progress, Sleep
from webpubsub.service.webhooks.identity import IdentityTokens
from webpubsub.service.webhooks.url_templates import resolve, shown
from webpubsub.service.webhooks.validation import Validator

#: For one event, in seconds: all attempts until the answer begins.
EVENT_TIMEOUT = 100.0

logger = logging.getLogger("webpubsub.service.webhooks")


class Webhooks:
    """All webhooks of a service, which share one pool of connections.

    ``origin`` is the host name of the service without a port. ``clock`` gives seconds since the
    epoch; ``timeout`` for one event, and whatever else is measured in seconds, goes by ``timers``,
    or else by the event loop, and ``sleep`` waits between attempts. Calls and answers pass
    ``point``.
    """

    def __init__(
        self,
        origin: str,
        *,
        clock: Callable[[], float] = time.time,
        timers: Timers | None = None,
        sleep: Sleep | None = None,
        timeout: float = EVENT_TIMEOUT,
        point: ObservationPoint | None = None,
    ) -> None:
        self.timeout = timeout
        self.point = point or ObservationPoint()
        self.clock = clock
        self.exchange = Exchange(timers, sleep=sleep)
        monotonic = time.monotonic if timers is None else timers.time
        self.validator = Validator(self.exchange, origin=origin, clock=monotonic, point=self.point)
        self.tokens = IdentityTokens(clock, timers=timers)
        self.new_request_id = UniqueIds()

    def handler(
        self, settings: EventHandlerSettings, cookies: MutableMapping[str, str]
    ) -> "WebhookHandler":
        """The handler at a webhook for the events of one connection, whose ``cookies`` it keeps."""
        return WebhookHandler(self, settings, cookies)

    async def close(self) -> None:
        """Close all connections and stop asking webhooks for permission."""
        await self.validator.close()
        await self.tokens.close()
        await self.exchange.close()


class _Call(msgspec.Struct):
    """One event on its way to one webhook, and how far it has come."""

    event: ServiceEvent
    url: str
    progress: Progress = msgspec.field(default_factory=Progress)
    status: int | None = None
    refusal: Refusal | None = None


class WebhookHandler:
    """Answers the events of one connection with what a webhook answers to them."""

    __slots__ = ("_cookies", "_settings", "_webhooks")

    def __init__(
        self,
        webhooks: Webhooks,
        settings: EventHandlerSettings,
        cookies: MutableMapping[str, str],
    ) -> None:
        self._webhooks = webhooks
        self._settings = settings
        self._cookies = cookies

    async def handle(self, event: ServiceEvent) -> EventOutcome:
        """Send one event and wait for the answer. What is in the way of it is an ``EventFailed``,
        and the log says what it was."""
        context = event.connection_context
        url = resolve(self._settings.url_template, context.hub, context.event_name)
        call = _Call(event, url)
        if self._webhooks.point.observer is None:
            return await self._ask(call)
        with self._webhooks.point.span():
            return await self._observed(call)

    async def _observed(self, call: "_Call") -> EventOutcome:
        point = self._webhooks.point
        url, began = shown(call.url), point.monotonic()
        self._observe(observation.WebhookCalled(call.event, url))
        try:
            return await self._ask(call)
        finally:
            self._observe(
                observation.WebhookAnswered(
                    call.event,
                    url,
                    call.status,
                    call.progress.attempts,
                    point.monotonic() - began,
                    call.refusal,
                )
            )

    def _observe(self, item: observation.Observed) -> None:
        observer = self._webhooks.point.observer
        if observer is not None:
            observer(item)

    async def _ask(self, call: "_Call") -> EventOutcome:
        hub = call.event.connection_context.hub
        try:
            request = request_of(call.event, self._webhooks.new_request_id(), current_span.get())
            await self._webhooks.validator.require(
                resolve(self._settings.url_template, hub, VALIDATION_EVENT)
            )
            return await self._send(call, request)
        except Refused as error:
            call.refusal = error.refusal
            return _failure(call.event, call.url, error.refusal)

    async def _send(self, call: "_Call", request: WebhookRequest) -> EventOutcome:
        url, now = call.url, self._webhooks.clock
        cookies = cookie_header(self._cookies, url, now())
        token = None if self._settings.auth is None else await self._token(self._settings.auth)
        request = _with_headers(request, ("Cookie", cookies), ("Authorization", token))
        answer = await self._webhooks.exchange.send(
            url, request, seconds=self._webhooks.timeout, progress=call.progress
        )
        call.status = answer.status
        outcome = outcome_of(call.event, answer)
        keep(self._cookies, values(answer.headers, "Set-Cookie"), url, now())
        return outcome

    async def _token(self, auth: ManagedIdentity) -> str:
        """The webhook is not asked whether it wants events with a token, which it might leak."""
        return f"Bearer {await self._webhooks.tokens.token(auth.resource)}"


def _with_headers(request: WebhookRequest, *headers: tuple[str, str | None]) -> WebhookRequest:
    given = [(name, value) for name, value in headers if value is not None]
    if not given:
        return request
    return msgspec.structs.replace(request, headers=(*request.headers, *given))


def _failure(event: ServiceEvent, url: str, refusal: Refusal) -> EventFailed:
    context = event.connection_context
    logger.warning(
        "%s, '%s' of connection %s: %s",
        shown(url),
        context.event_name,
        context.connection_id,
        refusal.describe(),
        extra={"hub": context.hub, "connection_id": context.connection_id},
    )
    return EventFailed(
        status=refusal.kind.http_status or 500,
        message=f"{refusal.kind.code} at {shown(url)}: {refusal.seen}",
    )
