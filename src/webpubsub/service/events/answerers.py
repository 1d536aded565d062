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
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.patience import Patience
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

    def wants(self, hub: str, system_event: str) -> bool:
        """Whether any wants a system event of a hub."""
        ...


class Answerer(Protocol):
    """Whom an event is taken to."""

    def tell(self, request: ServiceEvent) -> bool:
        """Tell the listeners of an event; returns whether any of them has heard it."""
        ...

    def wants(self, hub: str, system_event: str) -> bool:
        """Whether anybody may hear of a system event of a hub, or answer it."""
        ...

    def answer(self, session: Session, request: ServiceEvent) -> Awaitable[EventOutcome]:
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

    def wants(self, hub: str, system_event: str) -> bool:
        """Whether anybody may hear of a system event of a hub, or answer it."""
        if self._handler is not None and self._handler.wants(hub, system_event):
            return True
        if self._listeners is not None and self._listeners.wants(hub, system_event):
            return True
        for webhook in self._hub_settings.of(hub).event_handlers:
            if system_event in webhook.events.system_events:
                return True
        return False

    def answer(self, session: Session, request: ServiceEvent) -> Awaitable[EventOutcome]:
        """What is answered to an event of a session; does not raise."""
        handler = self._handler
        if handler is None or isinstance(request, GroupPresenceEventRequest):
            return self._by_webhook(session, request)
        return self._in_process(handler, session, request)

    async def _in_process(
        self, handler: EventHandler, session: Session, request: AnyEventRequest
    ) -> EventOutcome:
        """Nobody waits for the answer to a notification, so it may take its time. Webhooks have
        their own patience, which counts what they take until an answer begins."""
        wait = self._patience.begin() if isinstance(request, _WAITED_FOR) else None
        try:
            outcome = await handler.handle(request)
        except asyncio.CancelledError:
            if wait is None or not wait.is_late:
                raise
            seconds = f"{self._patience.seconds:g}"
            return EventFailed(status=500, message=f"no answer after {seconds} seconds")
        except Exception as error:
            return _raised(error, request)
        finally:
            if wait is not None:
                self._patience.end(wait)
        if isinstance(outcome, Unhandled):
            return await self._by_webhook(session, request)
        return outcome

    async def _by_webhook(self, session: Session, request: ServiceEvent) -> EventOutcome:
        webhook = self._webhook(session, request)
        if webhook is None:
            return _UNHANDLED
        try:
            return await webhook.handle(request)
        except Exception as error:
            return _raised(error, request)

    def _webhook(self, session: Session, request: ServiceEvent) -> WebhookHandler | None:
        settings = self._hub_settings.of(session.hub)
        if self._webhooks is None or not settings.event_handlers:
            return None
        chosen = first_handler(settings.event_handlers, request)
        return None if chosen is None else self._webhooks.handler(chosen, session.cookies)


def _raised(error: Exception, request: ServiceEvent) -> EventFailed:
    """The answer of a handler that breaks its promise never to raise."""
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
