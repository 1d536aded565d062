"""What stands between the service and whoever handles its events.

Events are numbered, signed and given the state of their connection here, and a handler that fails
is an answer like any other. Specification: upstream-events sections 1 and 5 to 12.
"""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from typing import Any

import msgspec

from webpubsub.protocol import events
from webpubsub.protocol.cloud_events.signatures import signature
from webpubsub.protocol.events import ConnectionContext, EventType
from webpubsub.protocol.group_presence import GroupPresenceEventRequest, ServiceEvent
from webpubsub.protocol.messages import Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    Unhandled,
    UserEventAccepted,
)
from webpubsub.protocol.seams import EventHandler
from webpubsub.protocol.timers import Timers
from webpubsub.service import observation
from webpubsub.service.events.answerers import Answerer, Answerers, EventListeners
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session
from webpubsub.service.webhooks.caller import EVENT_TIMEOUT, Webhooks

logger = logging.getLogger("webpubsub.service.events")

_CANCELLED = EventFailed(status=500, message="cancelled: nobody waits for the answer any more")


class EventRouter:
    """Takes each event to the one who answers it.

    That is ``handler``, which is in this process, unless it leaves the event unhandled; then the
    first webhook in ``hub_settings`` whose filter selects the event. Without ``webhooks`` none is
    called. ``listeners`` are told first, and with one of them a user event that nobody answers has
    succeeded (upstream-events sections 2.2 and 16).

    ``clock`` gives seconds since the epoch; ``origin`` is the host name under which the service
    introduces itself; ``timeout`` in seconds, by ``timers`` or else by the event loop, is for
    events that somebody waits for.
    """

    def __init__(
        self,
        handler: EventHandler | None,
        *,
        keys: Sequence[str],
        clock: Callable[[], float],
        origin: str,
        point: ObservationPoint,
        hub_settings: AllHubSettings | None = None,
        webhooks: Webhooks | None = None,
        listeners: EventListeners | None = None,
        timeout: float = EVENT_TIMEOUT,
        timers: Timers | None = None,
    ) -> None:
        self._hub_settings = hub_settings or AllHubSettings()
        #: May be replaced by somebody who meddles with answers.
        self.answerers: Answerer = Answerers(
            handler, self._hub_settings, webhooks, listeners, timeout, timers
        )
        self._keys = keys
        self._clock = clock
        self._origin = origin
        self._point = point
        self._notifications: set[asyncio.Task[None]] = set()
        self._pending = 0
        #: Set when something has been answered, for those who wait for that.
        self._answered: asyncio.Event | None = None

    def asks(self, hub: str) -> bool:
        """Whether anybody is to be asked about the clients of a hub, or looks at who would be."""
        return self._concerns_somebody(hub, "connect")

    async def connect(
        self,
        session: Session,
        *,
        claims: Mapping[str, Sequence[str]],
        query: Mapping[str, Sequence[str]],
        headers: Mapping[str, Sequence[str]],
        subprotocols: Sequence[str],
    ) -> ConnectAccepted | EventFailed | Unhandled:
        """Ask whether a client may connect; a connection state in the answer is stored."""
        request = events.ConnectEventRequest(
            connection_context=self._context(session, EventType.SYSTEM, "connect", 0),
            claims=claims,
            query=query,
            headers=headers,
            subprotocols=subprotocols,
        )
        outcome = await self._ask(session, request)
        if isinstance(outcome, ConnectAccepted):
            if outcome.connection_state is not None:
                session.connection_state = outcome.connection_state
            return outcome
        return _failure(outcome)

    async def user_event(
        self, session: Session, event: str, message: Message
    ) -> UserEventAccepted | EventFailed | Unhandled:
        """Hand on what a client says; a connection state in the answer is stored.

        A reply of the JSON null is none: frameworks make it of a handler that returns nothing, and
        clients must not be sent it. Specification: client-protocols section 14.
        """
        number = session.next_event_id()
        request = events.UserEventRequest(
            connection_context=self._context(session, EventType.USER, event, number),
            message=message,
        )
        outcome = await self._ask(session, request)
        if isinstance(outcome, UserEventAccepted):
            if outcome.connection_state is not None:
                session.connection_state = outcome.connection_state
            if outcome.reply is not None and outcome.reply.is_null:
                return msgspec.structs.replace(outcome, reply=None)
            return outcome
        return _failure(outcome)

    def connected(self, session: Session) -> None:
        """Tell that a client has connected; nobody waits for the answer."""
        number = session.next_event_id()
        if not self._concerns_somebody(session.hub, "connected"):
            return
        context = self._context(session, EventType.SYSTEM, "connected", number)
        self._start(self._notify(session, events.ConnectedEventRequest(connection_context=context)))

    @property
    def wants_presence(self) -> bool:
        """Whether any webhook is to be told who joins and leaves groups."""
        return self._hub_settings.wants_presence

    def joined(self, session: Session, group: str) -> None:
        """Tell that a connection is in a group now, if a webhook wants to know; nobody waits for
        the answer."""
        self._presence(session, "joined", group)

    def left(self, session: Session, group: str) -> None:
        """Tell that a connection is not in a group any more, like ``joined``."""
        self._presence(session, "left", group)

    def disconnected(self, session: Session, reason: str) -> None:
        """Tell that a connection has ended for good; nobody waits for the answer."""
        number = session.next_event_id()
        if not self._concerns_somebody(session.hub, "disconnected"):
            return
        context = self._context(session, EventType.SYSTEM, "disconnected", number)
        request = events.DisconnectedEventRequest(connection_context=context, reason=reason)
        self._start(self._notify(session, request))

    def _presence(self, session: Session, name: str, group: str) -> None:
        """Raise an event about a group for the webhook that selects it, and for nobody else:
        neither functions nor listeners know of such events. One that is not selected is not
        numbered either, so that nobody sees gaps because of it."""
        handlers = self._hub_settings.of(session.hub).event_handlers
        if not any(handler.events.group_presence.selects(name, group) for handler in handlers):
            return
        number = session.next_event_id()
        context = self._context(session, EventType.GROUP_PRESENCE, name, number)
        request = GroupPresenceEventRequest(connection_context=context, group=group)
        self._start(self._notify(session, request))

    @property
    def is_idle(self) -> bool:
        """Whether nobody is being asked or told anything."""
        return not self._pending and not self._notifications

    async def drain(self, seconds: float) -> None:
        """Give events that are under way so much time; notifications that take longer are
        cancelled."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._until_idle()
        late = tuple(self._notifications)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)

    async def _until_idle(self) -> None:
        while not self.is_idle:
            self._answered = answered = self._answered or asyncio.Event()
            await answered.wait()

    def _concerns_somebody(self, hub: str, system_event: str) -> bool:
        return self._point.observer is not None or self.answerers.wants(hub, system_event)

    def _start(self, notification: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(notification)
        self._notifications.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._notifications.discard(task)
        self._tell_of_answer()

    def _tell_of_answer(self) -> None:
        if self._answered is not None:
            self._answered.set()
            self._answered = None

    async def _notify(self, session: Session, request: ServiceEvent) -> None:
        outcome = await self._ask(session, request)
        if not isinstance(outcome, Notified | Unhandled):
            failure = _failure(outcome)
            context = request.connection_context
            logger.warning(
                "the handler of '%s' of hub '%s' failed for connection %s: %s",
                context.event_name,
                context.hub,
                context.connection_id,
                failure,
                extra={"hub": context.hub, "connection_id": context.connection_id},
            )

    def _ask(self, session: Session, request: ServiceEvent) -> Awaitable[EventOutcome]:
        if self._point.observer is None:
            return self._asked(session, request)
        return self._observed(session, request)

    async def _observed(self, session: Session, request: ServiceEvent) -> EventOutcome:
        outcome: EventOutcome = _CANCELLED
        with self._point.span():
            self._observe(observation.EventRaised(request))
            try:
                outcome = await self._asked(session, request)
            finally:
                self._observe(observation.EventAnswered(request, outcome))
        return outcome

    async def _asked(self, session: Session, request: ServiceEvent) -> EventOutcome:
        heard = self.answerers.tell(request)
        self._pending += 1
        try:
            outcome = await self.answerers.answer(session, request)
        finally:
            self._pending -= 1
            if self._answered is not None:
                self._tell_of_answer()
        if heard and isinstance(request, events.UserEventRequest):
            outcome = UserEventAccepted() if isinstance(outcome, Unhandled) else outcome
        return outcome

    def _context(
        self, session: Session, event_type: EventType, name: str, number: int
    ) -> ConnectionContext:
        if session.signature is None:
            session.signature = signature(session.connection_id, self._keys)
        return ConnectionContext(
            event_type=event_type,
            event_name=name,
            hub=session.hub,
            connection_id=session.connection_id,
            user_id=session.user_id,
            subprotocol=session.subprotocol,
            connection_state=session.connection_state,
            signature=session.signature,
            origin=self._origin,
            event_id=number,
            time=self._clock(),
        )

    def _observe(self, item: observation.Observed) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(item)


def _failure(outcome: EventOutcome) -> EventFailed | Unhandled:
    """What is left when the answer is not the success that belongs to the event."""
    if isinstance(outcome, EventFailed | Unhandled):
        return outcome
    return EventFailed(
        status=500, message=f"the handler answered {type(outcome).__name__}, which does not fit"
    )
