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


class ClientRefused(msgspec.Struct, frozen=True):
    """A connected client was refused something, which may end its connection."""

    hub: str
    connection_id: str
    refusal: Refusal


class CallReceived(msgspec.Struct, frozen=True):
    """The REST API is called; ``path`` is without the query."""

    method: str
    path: str


class CallAnswered(msgspec.Struct, frozen=True):
    """A call of the REST API is answered, with success unless there is a refusal."""

    method: str
    path: str
    status: int
    refusal: Refusal | None


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
    | ClientRefused
    | CallReceived
    | CallAnswered
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
    """Where observers attach: ``observer`` is None while nobody looks, and else whom to tell."""

    __slots__ = ("_observers", "observer")

    def __init__(self) -> None:
        self._observers: tuple[Observer, ...] = ()
        self.observer: Observer | None = None

    def attach(self, observer: Observer) -> None:
        """Have an observer told of everything, after those that came before it."""
        self._settle((*self._observers, observer))

    def detach(self, observer: Observer) -> None:
        """Tell an observer no more; harmless when it is not attached."""
        self._settle(tuple(one for one in self._observers if one != observer))

    def _settle(self, observers: tuple[Observer, ...]) -> None:
        self._observers = observers
        if len(observers) > 1:
            self.observer = _Several(observers)
        else:
            self.observer = observers[0] if observers else None


class _Several:
    __slots__ = ("_observers",)

    def __init__(self, observers: tuple[Observer, ...]) -> None:
        self._observers = observers

    def __call__(self, item: Observed, /) -> None:
        for observer in self._observers:
            observer(item)
