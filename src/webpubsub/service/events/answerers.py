"""Who answers an event: the handler in this process, or else the first webhook that selects it.

A handler that fails is an answer like any other. Specification: upstream-events sections 2.2, 13
and 16.
"""

import asyncio
import logging
from collections.abc import Awaitable
from typing import Protocol

from webpubsub.protocol import events
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.group_presence import GroupPresenceEventRequest, ServiceEvent
from webpubsub.protocol.outcomes import EventFailed, EventOutcome, Unhandled
from webpubsub.protocol.seams import EventHandler
from webpubsub.protocol.timers import Timers
from webpubsub.service.events.patience import Patience
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.sessions.session import Session
from webpubsub.service.webhooks.caller import WebhookHandler, Webhooks
from webpubsub.service.webhooks.selection import first_handler

logger = logging.getLogger("webpubsub.service.events")

_UNHANDLED = Unhandled()
_WAITED_FOR = (events.ConnectEventRequest, events.UserEventRequest)


class EventListeners(Protocol):
    """Those who are told of events and never answer."""

    def tell(self, event: AnyEventRequest) -> bool:
        """Tell every listener that wants the event, without waiting. Returns whether any does; does
        not raise."""
        ...


class Answerer(Protocol):
    """Whom an event is taken to."""

    def tell(self, request: ServiceEvent) -> bool:
        """Tell the listeners of an event; returns whether any of them has heard it."""
        ...

    async def answer(self, session: Session, request: ServiceEvent) -> EventOutcome:
        """What is answered to an event of a session; does not raise."""
        ...


class Answerers:
    """Everybody whom an event may concern. ``timeout`` in seconds, by ``timers`` or else by the
    event loop, is for the handler in this process, and for events that somebody waits for."""

    __slots__ = ("_handler", "_hub_settings", "_listeners", "_patience", "_webhooks")

    def __init__(
        self,
        handler: EventHandler | None,
        hub_settings: AllHubSettings,
        webhooks: Webhooks | None,
        listeners: EventListeners | None,
        timeout: float,
        timers: Timers | None = None,
    ) -> None:
        self._handler = handler
        self._hub_settings = hub_settings
        self._webhooks = webhooks
        self._listeners = listeners
        self._patience = Patience(timeout, timers)

    def tell(self, request: ServiceEvent) -> bool:
        """Tell the listeners of an event; returns whether any of them has heard it."""
        if self._listeners is None or isinstance(request, GroupPresenceEventRequest):
            return False
        return self._listeners.tell(request)

    async def answer(self, session: Session, request: ServiceEvent) -> EventOutcome:
        """What is answered to an event of a session; does not raise."""
        outcome: EventOutcome = _UNHANDLED
        if self._handler is not None and not isinstance(request, GroupPresenceEventRequest):
            outcome = await self._in_process(self._handler, request)
        if isinstance(outcome, Unhandled):
            webhook = self._webhook(session, request)
            if webhook is not None:
                outcome = await _guarded(webhook.handle(request), request)
        return outcome

    async def _in_process(self, handler: EventHandler, request: AnyEventRequest) -> EventOutcome:
        """Nobody waits for the answer to a notification, so it may take its time. Webhooks have
        their own patience, which counts what they take until an answer begins."""
        if not isinstance(request, _WAITED_FOR):
            return await _guarded(handler.handle(request), request)
        wait = self._patience.begin()
        try:
            return await handler.handle(request)
        except asyncio.CancelledError:
            if not wait.is_late:
                raise
            seconds = f"{self._patience.seconds:g}"
            return EventFailed(status=500, message=f"no answer after {seconds} seconds")
        except Exception as error:
            return _raised(error, request)
        finally:
            self._patience.end(wait)

    def _webhook(self, session: Session, request: ServiceEvent) -> WebhookHandler | None:
        settings = self._hub_settings.of(session.hub)
        if self._webhooks is None or not settings.event_handlers:
            return None
        chosen = first_handler(settings.event_handlers, request)
        return None if chosen is None else self._webhooks.handler(chosen, session.cookies)


async def _guarded(answer: Awaitable[EventOutcome], request: ServiceEvent) -> EventOutcome:
    """The handler's answer, also when it breaks its promise never to raise."""
    try:
        return await answer
    except Exception as error:
        return _raised(error, request)


def _raised(error: Exception, request: ServiceEvent) -> EventFailed:
    context = request.connection_context
    logger.error(
        "the handler of '%s' of hub '%s' raised for connection %s",
        context.event_name,
        context.hub,
        context.connection_id,
        exc_info=error,
        extra={"hub": context.hub, "connection_id": context.connection_id},
    )
    return EventFailed(status=500, message=f"the handler raised {type(error).__name__}")
