"""What passes on its way in and out of the service, and the one point that it all passes.

The dashboard, traces, recordings and faults attach there.
"""

import random
import time
from typing import TypeAlias

import msgspec

from webpubsub.protocol import observation
from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.outcomes import EventOutcome
from webpubsub.protocol.refusals import CheckMade, Refusal


class TurnedAway(msgspec.Struct, frozen=True):
    """Somebody was turned away before the handshake of a client could begin: the request could not
    be read, or is none that anybody answers. ``path`` is empty when it is not known; ``checks`` are
    all that were made until then, in order.
    """

    path: str
    refusal: Refusal
    checks: tuple[CheckMade, ...] = ()


class HandshakeBegan(msgspec.Struct, frozen=True):
    """A client wants to connect; ``path`` is the path it asked for, without the query."""

    path: str


class HandshakeAccepted(msgspec.Struct, frozen=True):
    """A client was let in, or let back in with the session that it had."""

    path: str
    hub: str
    connection_id: str
    recovered: bool = False


class HandshakeRefused(msgspec.Struct, frozen=True):
    """A client was turned away; ``checks`` are all that were made until then, in order."""

    path: str
    refusal: Refusal
    checks: tuple[CheckMade, ...] = ()


class HandshakeAbandoned(msgspec.Struct, frozen=True):
    """Nobody waits for the answer to a handshake any more: the client has gone, or the service
    stops."""

    path: str


class SessionBegan(msgspec.Struct, frozen=True):
    """A client has connected."""

    hub: str
    connection_id: str
    user_id: str | None
    subprotocol: str | None


class RequestReceived(msgspec.Struct, frozen=True):
    """A client asks for something."""

    hub: str
    connection_id: str
    request: ClientRequest


class GoodbyeReceived(msgspec.Struct, frozen=True):
    """A client closes its connection, with the ``code`` and ``reason`` of its close frame."""

    hub: str
    connection_id: str
    code: int
    reason: str


class RequestHandled(msgspec.Struct, frozen=True):
    """What a client asked for, or its goodbye, has been seen to; an event that came of it may
    still be answered."""

    hub: str
    connection_id: str


class AckSent(msgspec.Struct, frozen=True):
    """A client is told what came of a request; ``error`` None means success."""

    hub: str
    connection_id: str
    ack_id: int
    error: AckError | None


class EventRaised(msgspec.Struct, frozen=True):
    """The application is about to be told of something."""

    event: ServiceEvent


class EventAnswered(msgspec.Struct, frozen=True):
    """The application, or the lack of one, has answered."""

    event: ServiceEvent
    outcome: EventOutcome


class OperationApplied(msgspec.Struct, frozen=True):
    """A hub was asked to do something, and did it unless there is a refusal."""

    operation: HubOperation
    refusal: Refusal | None


class Delivered(msgspec.Struct, frozen=True):
    """A message went into the outboxes of these connections."""

    hub: str
    delivery: Delivery
    recipients: tuple[str, ...]


class ConnectionClosed(msgspec.Struct, frozen=True):
    """A client's transport is gone; the session of a reliable client may live on.

    ``category`` is one of the service's own for metrics: a client that closes is ``Normal``, one
    whose transport breaks off ``ConnectionLost``, one that breaks a rule ``ProtocolError``; the
    others are ``ClosedByAppServer``, ``ServiceReload``, ``PingTimeout``, ``SlowClient`` and
    ``Replaced``, by a transport with which a client has come back. ``code`` is that of the close
    frame, None when there was none to be sent or received; ``refusal`` is what the client did.
    """

    hub: str
    connection_id: str
    category: str
    code: int | None = None
    reason: str = ""
    refusal: Refusal | None = None


class SessionDetached(msgspec.Struct, frozen=True):
    """A reliable client has lost its transport, and may come back for so many ``seconds``."""

    hub: str
    connection_id: str
    seconds: float


class SessionEnded(msgspec.Struct, frozen=True):
    """A connection has ended for good. ``detached`` says whether its client had lost its transport,
    and has not come back."""

    hub: str
    connection_id: str
    reason: str
    detached: bool = False


class WebhookCalled(msgspec.Struct, frozen=True):
    """An event is about to be sent to a webhook; ``url`` is as a log may show it."""

    event: ServiceEvent
    url: str


class WebhookAnswered(msgspec.Struct, frozen=True):
    """A webhook has answered for good, with ``status``, or has not because of ``refusal``.

    ``attempts`` were made in so many ``seconds``; none when the webhook may not be called.
    """

    event: ServiceEvent
    url: str
    status: int | None
    attempts: int
    seconds: float
    refusal: Refusal | None = None


class ValidationAsked(msgspec.Struct, frozen=True):
    """A webhook is about to be asked whether it wants events; ``url`` is as a log may show it."""

    url: str


class ValidationAnswered(msgspec.Struct, frozen=True):
    """A webhook has said for good, with ``status``, that it wants events, or it gets none because
    of ``refusal``. ``attempts`` were made in so many ``seconds``."""

    url: str
    status: int | None
    attempts: int
    seconds: float
    refusal: Refusal | None = None


class ListenerSent(msgspec.Struct, frozen=True):
    """Events went to a listener, or were lost because of ``problem``."""

    listener: str
    events: int
    problem: str | None = None


class RestCalled(msgspec.Struct, frozen=True):
    """A request to the REST API; ``path`` is without the query."""

    method: str
    path: str


class RestAnswered(msgspec.Struct, frozen=True):
    """The answer to a request, after so many ``seconds``. ``operation`` is its name in the
    service's API definition, ``route`` its path there and ``hub`` its hub, None when it has not
    come so far.

    ``checks`` are all that were made until it was refused, in order.
    """

    method: str
    path: str
    status: int
    seconds: float
    operation: str | None = None
    hub: str | None = None
    refusal: Refusal | None = None
    checks: tuple[CheckMade, ...] = ()
    route: str | None = None


class FaultInjected(msgspec.Struct, frozen=True):
    """Something was made to go wrong on purpose: ``fault`` names what, ``detail`` says how."""

    fault: str
    detail: str
    hub: str | None = None
    connection_id: str | None = None


Observed: TypeAlias = (
    TurnedAway
    | HandshakeBegan
    | HandshakeAccepted
    | HandshakeRefused
    | HandshakeAbandoned
    | SessionBegan
    | RequestReceived
    | GoodbyeReceived
    | RequestHandled
    | AckSent
    | EventRaised
    | EventAnswered
    | OperationApplied
    | Delivered
    | ConnectionClosed
    | SessionDetached
    | SessionEnded
    | WebhookCalled
    | WebhookAnswered
    | ValidationAsked
    | ValidationAnswered
    | ListenerSent
    | RestCalled
    | RestAnswered
    | FaultInjected
)

Sighting: TypeAlias = observation.Sighting[Observed]


class ObservationPoint(observation.ObservationPoint[Observed]):
    """The point of one service."""

    __slots__ = ()

    def __init__(self) -> None:
        # Ids need only differ: nobody gains anything by guessing one.
        super().__init__(time.time, time.perf_counter, random.getrandbits)
