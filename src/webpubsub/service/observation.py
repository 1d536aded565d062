"""The one point that everything passes on its way in and out of the service.

Nobody looks by default, and then it costs one attribute test. The dashboard, traces, recordings and
faults attach here.
"""

from typing import Protocol, TypeAlias

import msgspec

from webpubsub.protocol.clients.codec import AckError
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.outcomes import EventOutcome
from webpubsub.protocol.refusals import Refusal


class HandshakeRefused(msgspec.Struct, frozen=True):
    """A client was turned away; ``path`` is the path it asked for, without the query."""

    path: str
    refusal: Refusal


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


class SessionEnded(msgspec.Struct, frozen=True):
    """A connection has ended for good."""

    hub: str
    connection_id: str
    reason: str


Observed: TypeAlias = (
    HandshakeRefused
    | SessionBegan
    | RequestReceived
    | AckSent
    | EventRaised
    | EventAnswered
    | OperationApplied
    | Delivered
    | SessionEnded
)


class Observer(Protocol):
    """Looks at what passes. It must be quick and must not raise."""

    def __call__(self, item: Observed, /) -> None: ...


class ObservationPoint:
    """Where an observer attaches: set ``observer``, or None to look away."""

    __slots__ = ("observer",)

    def __init__(self) -> None:
        self.observer: Observer | None = None
