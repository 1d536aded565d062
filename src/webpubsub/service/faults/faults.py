"""Faults on demand: everything that happens to a service sooner or later, when somebody says so.

Each acts at the seam where the real thing would: the transport of a client, its codec, the
reception, or whoever answers events. What nobody has asked for costs nothing, because nothing is in
the way. Every fault passes the observation point, so that a list of the traffic can show it.
"""

from collections.abc import Iterator
from typing import Any, Protocol

from webpubsub.protocol.outcomes import EventFailed
from webpubsub.protocol.timers import Timers
from webpubsub.service.connections.connection import Connection
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.faults.acks import LosingCodec
from webpubsub.service.faults.answers import FailingAnswerer, Failure
from webpubsub.service.faults.line import Line
from webpubsub.service.faults.tokens import ExpiringReception
from webpubsub.service.front_door.reception import Reception
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.observation import FaultInjected, ObservationPoint


class UnknownConnection(LookupError):
    """There is no connection of this id, or nothing carries it at the moment."""


class Receives(Protocol):
    """Where those are received who want to come in."""

    reception: Reception


class Faults:
    """Makes things go wrong; ``clear`` mends what can be mended.

    Methods that take a connection id raise UnknownConnection; without one, all connections of the
    moment are meant.
    """

    def __init__(
        self,
        *,
        hubs: Hubs,
        router: EventRouter,
        door: Receives,
        point: ObservationPoint,
        timers: Timers,
    ) -> None:
        self._hubs = hubs
        self._router = router
        self._door = door
        self._point = point
        self._timers = timers
        self._answerer: FailingAnswerer | None = None
        self._lines: dict[Connection, Line] = {}
        self._codecs: dict[Connection, LosingCodec] = {}
        self._reception: Reception | None = None

    def drop(self, connection_id: str) -> None:
        """Cut a connection without a word."""
        client = self._client(connection_id)
        self._tell("drop", "the connection is cut", client)
        client.websocket.abort()

    def freeze(self, connection_id: str) -> None:
        """Have nothing arrive any more in either direction, until ``thaw``."""
        client = self._client(connection_id)
        self._tell("freeze", "nothing arrives", client)
        self._line(client).freeze()
        client.websocket.hold()

    def thaw(self, connection_id: str) -> None:
        """Have everything arrive that was held back, and go on."""
        client = self._client(connection_id)
        self._tell("thaw", "everything arrives again", client)
        self._line(client).thaw()
        client.websocket.release()

    def delay(self, seconds: float, connection_id: str | None = None) -> None:
        """Have everything that is sent arrive so much later from now on; 0 ends it."""
        for client in self._clients(connection_id):
            self._tell("delay", f"everything takes {seconds:g} seconds", client)
            self._line(client).delay = seconds

    def duplicate_next(self, connection_id: str) -> None:
        """Have what is sent next, in one turn of the event loop, arrive twice."""
        client = self._client(connection_id)
        self._tell("duplicate", "what is sent next arrives twice", client)
        self._line(client).duplicates += 1

    def lose_next_ack(self, connection_id: str) -> None:
        """Have the next ack get lost; what it was for is done all the same."""
        client = self._client(connection_id)
        self._tell("lose_ack", "the next ack is lost", client)
        codec = self._codecs.get(client)
        if codec is None:
            codec = self._codecs[client] = LosingCodec(client.codec)
            client.codec = codec.as_codec
        codec.losses += 1

    def fail_next(self, event: str, status: int = 500, message: str = "a fault on purpose") -> None:
        """Have the next event of this name, in any letter case, fail as if the application had
        answered so; it is not asked."""
        self._tell("fail", f"the next '{event}' is answered with status {status}")
        if self._answerer is None:
            self._answerer = FailingAnswerer(self._router.answerers)
            self._router.answerers = self._answerer
        outcome = EventFailed(status=status, message=message)
        self._answerer.failures.append(Failure(event.lower(), outcome))

    def expire_tokens(self) -> None:
        """Have every token with which a client comes be too old, until ``clear``."""
        self._tell("expire_tokens", "tokens of clients have expired")
        if self._reception is None:
            self._reception = reception = self._door.reception
            self._door.reception = ExpiringReception(**_fields(reception))

    def recycle(self) -> None:
        """Send everybody away as a service does that goes down, and be there again at once."""
        self._tell("recycle", "everybody is sent away")
        for hub in self._hubs:
            for session in tuple(hub.sessions.values()):
                if session.attachment is not None:
                    session.attachment.leave()
                else:
                    hub.end(session, "")

    def clear(self) -> None:
        """Let everything be as it was: delays, frozen connections, failures that have not come,
        expired tokens."""
        if self.active():
            self._tell("clear", "everything is as it was")
        for client, line in self._lines.items():
            line.delay, line.duplicates = 0.0, 0
            line.thaw()
            client.websocket.release()
        for codec in self._codecs.values():
            codec.losses = 0
        if self._answerer is not None:
            self._router.answerers = self._answerer.others
            self._answerer = None
        if self._reception is not None:
            self._door.reception, self._reception = self._reception, None

    def active(self) -> list[FaultInjected]:
        """What is wrong now, until it has happened, is undone, or ``clear`` mends it."""
        self._forget_gone()
        return [*self._active_of_clients(), *self._active_of_all()]

    def _active_of_clients(self) -> Iterator[FaultInjected]:
        for client, line in self._lines.items():
            if line.is_frozen:
                yield _fault("freeze", "nothing arrives", client)
            if line.delay:
                yield _fault("delay", f"everything takes {line.delay:g} seconds", client)
            if line.duplicates:
                yield _fault("duplicate", "what is sent next arrives twice", client)
        for client, codec in self._codecs.items():
            if codec.losses:
                yield _fault("lose_ack", "the next ack is lost", client)

    def _active_of_all(self) -> Iterator[FaultInjected]:
        for one in () if self._answerer is None else self._answerer.failures:
            yield _fault("fail", f"the next '{one.event}' is answered with {one.outcome.status}")
        if self._reception is not None:
            yield _fault("expire_tokens", "tokens of clients have expired")

    def _client(self, connection_id: str) -> Connection:
        self._forget_gone()
        for hub in self._hubs:
            session = hub.sessions.get(connection_id)
            if session is not None and isinstance(session.attachment, Connection):
                return session.attachment
        raise UnknownConnection(f"no connection '{connection_id}' is carried by anything just now")

    def _clients(self, connection_id: str | None) -> list[Connection]:
        if connection_id is not None:
            return [self._client(connection_id)]
        self._forget_gone()
        attachments = (one.attachment for hub in self._hubs for one in hub.sessions.values())
        return [one for one in attachments if isinstance(one, Connection)]

    def _line(self, client: Connection) -> Line:
        line = self._lines.get(client)
        if line is None:
            line = self._lines[client] = client.outbox.reroute(
                lambda transport: Line(transport, self._timers)
            )
        return line

    def _forget_gone(self) -> None:
        for kept in (self._lines, self._codecs):
            for client in [one for one in kept if one.session.attachment is not one]:
                del kept[client]

    def _tell(self, fault: str, detail: str, client: Connection | None = None) -> None:
        if self._point.observer is not None:
            self._point.observer(_fault(fault, detail, client))


def _fault(fault: str, detail: str, client: Connection | None = None) -> FaultInjected:
    if client is None:
        return FaultInjected(fault, detail)
    return FaultInjected(fault, detail, client.session.hub, client.session.connection_id)


def _fields(reception: Reception) -> dict[str, Any]:
    return {name: getattr(reception, name) for name in reception.__struct_fields__}
