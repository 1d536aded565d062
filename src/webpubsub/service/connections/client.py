"""A client as its requests see it: what it may do, what is done for it, and what it is told.

Specification: client-protocols sections 5.5, 5.6 and 6.
"""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeAlias

import msgspec

from webpubsub.protocol import operations as ops
from webpubsub.protocol.acks import duplicate, forbidden, refused
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import AckError, Frame
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import GROUPS_FULL
from webpubsub.service import observation
from webpubsub.service.connections.completions import Completion, Completions
from webpubsub.service.connections.inbox import Inbox
from webpubsub.service.connections.invocations import Invocations
from webpubsub.service.connections.recovery import Recovery
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websockets.frames import NO_CODE, wire_bytes
from webpubsub.service.websockets.outgoing.outbox import Outbox
from webpubsub.service.websockets.websocket import WebSocket

logger = logging.getLogger("webpubsub.service.connections")

GroupRequest: TypeAlias = (
    requests.JoinGroup
    | requests.LeaveGroup
    | requests.SendToGroup
    | requests.SetGroupState
    | requests.SubscribeGroupState
)


class RawGroup(msgspec.Struct, frozen=True):
    """Where a simple client in sendToGroup mode sends everything."""

    group: str
    no_echo: bool


class Goodbye(msgspec.Struct, frozen=True):
    """The client's close frame, in its place among the messages."""

    code: int
    reason: str


Item: TypeAlias = Frame | ClientRequest | Goodbye | Refusal


class Client(ABC):
    """One client while one WebSocket carries it.

    ``raw_group`` is set for a simple client in sendToGroup mode; ``ack_delay`` in seconds is how
    long acks are held back. ``recovery`` takes care of a reliable session that loses this
    transport.
    """

    __slots__ = (
        "clock",
        "codec",
        "completions",
        "event",
        "hub",
        "inbox",
        "invocations",
        "loop",
        "outbox",
        "parting",
        "point",
        "raw_group",
        "recovery",
        "router",
        "session",
        "sweeper",
        "websocket",
    )

    def __init__(
        self,
        session: Session,
        websocket: WebSocket,
        *,
        hub: Hub,
        router: EventRouter,
        point: ObservationPoint,
        clock: Callable[[], float],
        sweeper: Sweeper,
        max_inbox_bytes: int,
        ack_delay: float = 0.0,
        raw_group: RawGroup | None = None,
        recovery: Recovery | None = None,
    ) -> None:
        self.outbox: Outbox = websocket.outbox
        self.codec = websocket.outbox.codec
        self.session = session
        self.websocket = websocket
        self.hub = hub
        self.router = router
        self.point = point
        self.clock = clock
        self.sweeper = sweeper
        self.loop = asyncio.get_running_loop()
        self.raw_group = raw_group
        self.recovery = None if session.buffer is None else recovery
        self.completions = Completions(self.outbox.append, ack_delay, self.loop)
        #: The event that is being answered, for which everything younger waits.
        self.event: asyncio.Task[None] | None = None
        # Made when it is needed: most clients never invoke anything.
        self.invocations: Invocations | None = None
        #: Why the transport is closed, once that is known.
        self.parting: observation.ConnectionClosed | None = None
        self.inbox: Inbox[Item] = Inbox(self.handle, websocket, max_inbox_bytes)

    @abstractmethod
    def handle(self, item: Item) -> None:
        """Handle what has come, in its turn."""

    # What it may do, and what is done for it

    def may(self, request: GroupRequest, permission: Permission, verb: str) -> bool:
        """Whether to carry a request out; if not, its ack is on the way. A repeated ack id is
        noticed before a lacking permission."""
        if request.ack_id is not None and not self.is_new(request.ack_id):
            return False
        if self.session.permissions.allows(permission, request.group):
            return True
        self.acknowledge(request.ack_id, forbidden(verb, request.group))
        return False

    def is_new(self, ack_id: int | None) -> bool:
        """Whether no request has succeeded under this id; if one has, its ack is on the way."""
        if ack_id is None or ack_id not in self.session.acks:
            return True
        self.acknowledge(ack_id, duplicate(ack_id))
        return False

    def perform(self, operation: ops.HubOperation, ack_id: int | None) -> bool:
        """Carry an operation out and acknowledge it; returns whether it was not refused."""
        refusal = self.hub.perform(operation)
        if refusal is not None:
            self.log(refusal)
            self.acknowledge(ack_id, _error_of(refusal))
        elif ack_id is not None:
            self.succeed(ack_id)
        return refusal is None

    # What it is told

    def tell(self, notice: Notice) -> None:
        """Send a notice."""
        self.outbox.append(wire_bytes(self.codec.encode_notice(notice)))

    def succeed(self, ack_id: int | None, completion: Completion | None = None) -> None:
        """Acknowledge a success, and remember it."""
        if ack_id is not None:
            self.session.acks.add(ack_id)
            self.acknowledge(ack_id, None, completion)

    def acknowledge(
        self, ack_id: int | None, error: AckError | None, completion: Completion | None = None
    ) -> None:
        """Send an ack in its turn, which is now unless ``completion`` has kept a place for it."""
        carrier: object = self.session.attachment
        if ack_id is None or carrier is not self:
            return
        observer = self.point.observer
        if observer is not None:
            connection_id = self.session.connection_id
            observer(observation.AckSent(self.hub.name, connection_id, ack_id, error))
        completion = completion or self.completions.expect()
        completion.complete(wire_bytes(self.codec.encode_ack(ack_id, error)))

    # How it goes

    def refuse(self, refusal: Refusal) -> None:
        """Close because the client did something it must not."""
        self.log(refusal)
        code = refusal.kind.close_code or NO_CODE
        self.part("ProtocolError", code, refusal.wire_message, refusal)
        self.hub.end(self.session, refusal.wire_message)
        self.close(code, refusal.wire_message)

    def part(
        self, category: str, code: int | None, reason: str = "", refusal: Refusal | None = None
    ) -> None:
        """Remember why the transport is closed; what happens to it after that is no reason."""
        if self.parting is None:
            self.parting = observation.ConnectionClosed(
                self.hub.name, self.session.connection_id, category, code, reason, refusal
            )

    def close(self, code: int, reason: str = "") -> None:
        """Say goodbye."""
        self.stop()
        self.websocket.close(code, reason)

    def stop(self) -> None:
        """Answer nothing more on this transport."""
        self.completions.close()
        if self.invocations is not None:
            self.invocations.close()

    # The rest

    def observe(self, request: ClientRequest) -> None:
        """Show a request to whoever looks."""
        observer = self.point.observer
        if observer is not None:
            connection_id = self.session.connection_id
            observer(observation.RequestReceived(self.hub.name, connection_id, request))

    def log(self, refusal: Refusal) -> None:
        """Say why this client was refused something."""
        logger.warning(
            "hub '%s', connection %s: %s",
            self.hub.name,
            self.session.connection_id,
            refusal.describe(),
            extra={"hub": self.hub.name, "connection_id": self.session.connection_id},
        )


def _error_of(refusal: Refusal) -> AckError:
    """What a client is told; a join that is one too many shows to others as a status."""
    if refusal.kind is GROUPS_FULL:
        return AckError("Forbidden", refusal.wire_message)
    return refused(refusal)
