"""Lets clients in: from a handshake to a session that is attached to a WebSocket.

Accepting the transport and establishing the session are two steps on purpose: some clients say who
they are only after the upgrade. Specification: client-protocols sections 1.4 to 1.7.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.clients.registry import codec_for, is_reliable
from webpubsub.protocol.outcomes import EventOutcome, Unhandled
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.refusals import Refusal, Refused
from webpubsub.protocol.refusals import handshake as kinds
from webpubsub.protocol.trace_context import sender_span
from webpubsub.service import observation
from webpubsub.service.connections.recovery import Recovery
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.front_door.agreement import Agreement, agree
from webpubsub.service.front_door.attempt import Attempt
from webpubsub.service.front_door.checks_made import checks_until, early_checks_until
from webpubsub.service.front_door.handshake import examine
from webpubsub.service.front_door.opening import Opening
from webpubsub.service.front_door.request_head import RequestHead
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.hubs.hubs import Hubs, new_connection_id
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.websockets.websocket import WebSocket

logger = logging.getLogger("webpubsub.service.handshakes")


#: A client that has been let in, or what is to be awaited until it is.
Arrival: TypeAlias = WebSocket | Coroutine[Any, Any, WebSocket]

_UNASKED = Unhandled()


class Reception(msgspec.Struct, frozen=True, kw_only=True):
    """What it takes to let a client in. ``clock`` gives seconds since the epoch."""

    settings: ServiceSettings
    hubs: Hubs
    router: EventRouter
    opening: Opening
    recovery: Recovery
    point: ObservationPoint
    clock: Callable[[], float]
    hub_settings: AllHubSettings = msgspec.field(default_factory=AllHubSettings)

    def receive(self, head: RequestHead, transport: asyncio.Transport, ahead: bytearray) -> Arrival:
        """Shake hands with a client; ``ahead`` is what it sends behind its handshake meanwhile.
        Raises Refused, at once or when it is awaited, when the client is to be turned away with an
        HTTP status."""
        if self.point.observer is not None:
            return self._observed(head, transport, ahead)
        return self._let_in(head, transport, ahead)

    async def _observed(
        self, head: RequestHead, transport: asyncio.Transport, ahead: bytearray
    ) -> WebSocket:
        with self.point.trace(sender_span(head.headers)):
            self._observe(observation.HandshakeBegan(head.path))
            try:
                arrival = self._let_in(head, transport, ahead)
                return arrival if isinstance(arrival, WebSocket) else await arrival
            except asyncio.CancelledError:
                self._observe(observation.HandshakeAbandoned(head.path))
                raise

    def turn_away(
        self, refusal: Refusal, path: str = "", headers: Iterable[tuple[str, str]] = ()
    ) -> None:
        """Report somebody who is refused before there is a handshake."""
        logger.warning("%s", refusal.describe())
        if self.point.observer is not None:
            with self.point.trace(sender_span(headers)):
                checks = early_checks_until(refusal)
                self._observe(observation.TurnedAway(path, refusal, checks))

    def _let_in(self, head: RequestHead, transport: asyncio.Transport, ahead: bytearray) -> Arrival:
        """Nothing is awaited, and no task needed, for a client whom nobody is asked about."""
        try:
            attempt = examine(head, self.settings, self.clock(), self.hub_settings)
            if attempt.recovery is not None or self.router.asks(attempt.hub):
                return self._wait(attempt, transport, ahead)
            self._check_room()
            return self._admit(self._session(attempt), attempt, _UNASKED, transport, ahead)
        except Exception as error:
            return self._turn_down(error, head, transport)

    async def _wait(
        self, attempt: Attempt, transport: asyncio.Transport, ahead: bytearray
    ) -> WebSocket:
        try:
            if attempt.recovery is None:
                return await self._ask(attempt, transport, ahead)
            return await self._recover(attempt, attempt.recovery, transport, ahead)
        except Exception as error:
            return self._turn_down(error, attempt.head, transport)

    def _turn_down(
        self, error: Exception, head: RequestHead, transport: asyncio.Transport
    ) -> WebSocket:
        """Have a client be turned away by raising Refused, or let it in only to close."""
        if isinstance(error, Refused):
            refusal = error.refusal
        else:
            logger.error("the handshake of a client failed", exc_info=error)
            refusal = kinds.INTERNAL_ERROR.refuse("an exception", "Internal server error.")
        self._report(head, refusal)
        if refusal.kind.close_code is None:
            raise Refused(refusal) from None
        return self.opening.close(head, transport, refusal)

    def _session(self, attempt: Attempt) -> Session:
        user_id = attempt.identity.user_id or None
        return Session(attempt.hub, new_connection_id(), user_id, self.settings.session_limits)

    async def _ask(
        self, attempt: Attempt, transport: asyncio.Transport, ahead: bytearray
    ) -> WebSocket:
        self._check_room()
        session = self._session(attempt)
        outcome = await self.router.connect(
            session,
            claims=attempt.identity.claims,
            query=attempt.shown_query(),
            headers=attempt.shown_headers(),
            subprotocols=attempt.offered,
        )
        self._check_room()  # others may have come in meanwhile
        return self._admit(session, attempt, outcome, transport, ahead)

    def _check_room(self) -> None:
        limit = self.settings.max_connections
        if limit is not None and self.hubs.session_count >= limit:
            raise Refused(kinds.SERVICE_FULL.refuse(f"{limit} already", "Too many connections."))

    def _check_groups(self, session: Session, agreement: Agreement) -> None:
        wanted = len(set(agreement.groups))
        if not session.limits.allow_groups(wanted):
            raise Refused(kinds.GROUPS_TOO_MANY.refuse(f"{wanted} groups", "Too many groups."))

    def _admit(
        self,
        session: Session,
        attempt: Attempt,
        outcome: EventOutcome,
        transport: asyncio.Transport,
        ahead: bytearray,
    ) -> WebSocket:
        """All in one go, so that the connected message is the client's first frame and nothing sent
        to it from then on is missed."""
        agreement = agree(attempt, outcome)
        self._check_groups(session, agreement)
        session.user_id = agreement.user_id
        if agreement.roles:
            limits = session.limits.permissions
            session.permissions = Permissions.from_roles(agreement.roles, limits)
        session.subprotocol = agreement.subprotocol
        hub = self.hubs.hub(session.hub)
        if is_reliable(agreement.subprotocol):
            codec = codec_for(agreement.subprotocol)
            session.buffer = MessageBuffer(codec, session.limits.buffer)
        websocket, connection = self.opening.carry(session, hub, attempt, transport)
        self.router.connected(session)  # whose number is before those of the groups
        hub.add(session, agreement.groups)
        self._observe_acceptance(attempt.head, session)
        websocket.begin(connection, bytes(ahead), self.hub_settings.of(session.hub).ping_interval)
        return websocket

    async def _recover(
        self, attempt: Attempt, connection_id: str, transport: asyncio.Transport, ahead: bytearray
    ) -> WebSocket:
        """Give a reliable client its session back; the application is not told."""
        hub = self.hubs.existing(attempt.hub)
        try:
            session = await self.recovery.reclaim(hub, connection_id)
        except Refused as error:
            if error.refusal.kind.close_code is None:
                transport.abort()
            raise
        websocket, connection = self.opening.carry(session, hub, attempt, transport)
        self._observe_acceptance(attempt.head, session, recovered=True)
        websocket.begin(connection, bytes(ahead), self.hub_settings.of(session.hub).ping_interval)
        return websocket

    def _report(self, head: RequestHead, refusal: Refusal) -> None:
        logger.warning("%s %s", head.path, refusal.describe())
        if self.point.observer is not None:
            attempt = Attempt(head, self.settings, self.clock(), self.hub_settings)
            checks = checks_until(refusal, attempt)
            self._observe(observation.HandshakeRefused(head.path, refusal, checks))

    def _observe_acceptance(
        self, head: RequestHead, session: Session, *, recovered: bool = False
    ) -> None:
        if self.point.observer is not None:
            self._observe(
                observation.HandshakeAccepted(
                    head.path, session.hub, session.connection_id, recovered
                )
            )

    def _observe(self, item: observation.Observed) -> None:
        observer = self.point.observer
        if observer is not None:
            observer(item)
