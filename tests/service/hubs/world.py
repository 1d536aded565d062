"""A hub with some people in it."""

from collections.abc import Sequence

from tests.service.fakes import Client, Endings, ManualLoop, attached
from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.messages import DataType, Message
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.session_limits import DEFAULT_LIMITS, SessionLimits
from webpubsub.service.sessions.session import Session

PEOPLE = {"c0": "alice", "c1": "alice", "c2": "bob", "c3": None}


GROUPS = ("g", "h")


HELLO = Message(DataType.TEXT, b"hello")


FROM_SERVER = b'{"type":"message","from":"server","dataType":"text","data":"hello"}'


class World:
    """A hub with the connections of ``PEOPLE``, in no group."""

    def __init__(
        self,
        *,
        codecs: Sequence[ClientCodec] = (),
        wants_presence: bool = False,
        limits: SessionLimits = DEFAULT_LIMITS,
    ) -> None:
        self.loop = ManualLoop()
        self.endings = Endings(wants_presence=wants_presence)
        self.point = ObservationPoint()
        self.hub = Hub("chat", self.endings, self.point)
        self.sessions: dict[str, Session] = {}
        self.clients: dict[str, Client] = {}
        for number, (connection_id, user_id) in enumerate(PEOPLE.items()):
            codec = codecs[number % len(codecs)] if codecs else None
            session, client = attached(
                self.loop, connection_id, user_id=user_id, codec=codec, limits=limits
            )
            self.sessions[connection_id], self.clients[connection_id] = session, client
            self.hub.add(session)

    def join(self, group: str, *connection_ids: str) -> None:
        for connection_id in connection_ids:
            join = ops.AddConnectionToGroup(hub="chat", group=group, connection_id=connection_id)
            assert self.hub.apply(join) is None

    @property
    def received(self) -> dict[str, list[bytes]]:
        return {connection_id: client.payloads for connection_id, client in self.clients.items()}

    @property
    def farewells(self) -> dict[str, str]:
        """What the clients that were closed have been told."""
        return {
            connection_id: client.farewell
            for connection_id, client in self.clients.items()
            if client.farewell is not None
        }

    def who_received(self) -> set[str]:
        return {connection_id for connection_id, payloads in self.received.items() if payloads}
