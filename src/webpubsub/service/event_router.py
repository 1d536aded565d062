"""What stands between the service and whoever handles its events.

Events are numbered, signed and given the state of their connection here, and a handler that fails
is an answer like any other. Specification: upstream-events sections 1 and 5 to 11.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any

from webpubsub.protocol import events
from webpubsub.protocol.cloud_events import signature
from webpubsub.protocol.events import AnyEventRequest, ConnectionContext, EventType
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
from webpubsub.service import observation
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.session import Session

logger = logging.getLogger("webpubsub.service.events")


class EventRouter:
    """Tells ``handler`` of events; without one, every event is ``Unhandled``.

    ``clock`` gives seconds since the epoch; ``origin`` is the host name under which the service
    introduces itself.
    """

    def __init__(
        self,
        handler: EventHandler | None,
        *,
        keys: Sequence[str],
        clock: Callable[[], float],
        origin: str,
        point: ObservationPoint,
    ) -> None:
        self._handler = handler
        self._keys = keys
        self._clock = clock
        self._origin = origin
        self._point = point
        self._notifications: set[asyncio.Task[None]] = set()
        self._pending = 0
        self._answered = asyncio.Event()

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
        outcome = await self._ask(request)
        if isinstance(outcome, ConnectAccepted):
            _store_state(session, outcome.connection_state)
            return outcome
        return _failure(outcome)

    async def user_event(
        self, session: Session, event: str, message: Message
    ) -> UserEventAccepted | EventFailed | Unhandled:
        """Hand on what a client says; a connection state in the answer is stored."""
        number = session.next_event_id()
        request = events.UserEventRequest(
            connection_context=self._context(session, EventType.USER, event, number),
            message=message,
        )
        outcome = await self._ask(request)
        if isinstance(outcome, UserEventAccepted):
            _store_state(session, outcome.connection_state)
            return outcome
        return _failure(outcome)

    def connected(self, session: Session) -> None:
        """Tell that a client has connected; nobody waits for the answer."""
        number = session.next_event_id()
        context = self._context(session, EventType.SYSTEM, "connected", number)
        self._start(self._notify(events.ConnectedEventRequest(connection_context=context)))

    def disconnected(self, session: Session, reason: str) -> None:
        """Tell that a connection has ended for good; nobody waits for the answer."""
        number = session.next_event_id()
        context = self._context(session, EventType.SYSTEM, "disconnected", number)
        request = events.DisconnectedEventRequest(connection_context=context, reason=reason)
        self._start(self._notify(request))

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
        while self._pending or self._notifications:
            self._answered.clear()
            await self._answered.wait()

    def _start(self, notification: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(notification)
        self._notifications.add(task)
        task.add_done_callback(self._forget)

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._notifications.discard(task)
        self._answered.set()

    async def _notify(self, request: AnyEventRequest) -> None:
        outcome = await self._ask(request)
        if not isinstance(outcome, Notified | Unhandled):
            failure = _failure(outcome)
            context = request.connection_context
            logger.warning(
                "the handler of '%s' of hub '%s' failed for connection %s: %s",
                context.event_name,
                context.hub,
                context.connection_id,
                failure,
            )

    async def _ask(self, request: AnyEventRequest) -> EventOutcome:
        self._observe(observation.EventRaised(request))
        outcome: EventOutcome = Unhandled()
        if self._handler is not None:
            self._pending += 1
            try:
                outcome = await _guarded(self._handler, request)
            finally:
                self._pending -= 1
                self._answered.set()
        self._observe(observation.EventAnswered(request, outcome))
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


async def _guarded(handler: EventHandler, request: AnyEventRequest) -> EventOutcome:
    """The handler's answer, also when it breaks its promise never to raise."""
    try:
        return await handler.handle(request)
    except Exception as error:
        context = request.connection_context
        logger.exception(
            "the handler of '%s' of hub '%s' raised for connection %s",
            context.event_name,
            context.hub,
            context.connection_id,
        )
        return EventFailed(status=500, message=f"the handler raised {type(error).__name__}")


def _failure(outcome: EventOutcome) -> EventFailed | Unhandled:
    """What is left when the answer is not the success that belongs to the event."""
    if isinstance(outcome, EventFailed | Unhandled):
        return outcome
    return EventFailed(
        status=500, message=f"the handler answered {type(outcome).__name__}, which does not fit"
    )


def _store_state(session: Session, state: str | None) -> None:
    if state is not None:
        session.connection_state = state
