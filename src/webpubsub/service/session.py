"""What survives a lost transport.

A session is one logical connection. Its life is a table, below: it is *connecting* until the
connect event has been answered, *attached* while a WebSocket carries it, *detached* while a
reliable client may still come back for it, and *ended* for good. A detached session is the same
thing without a transport, so it stays in its groups and receives messages. Nothing leaves *ended*,
and only the transition into it lets ``disconnected`` be raised, so that event is raised once.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

import msgspec

from webpubsub.protocol.acks import AckCache
from webpubsub.protocol.permissions import Permissions, PermissionsSnapshot
from webpubsub.service.outbox import Outbox


class Phase(StrEnum):
    """Where a session is in its life."""

    CONNECTING = "connecting"
    ATTACHED = "attached"
    DETACHED = "detached"
    ENDED = "ended"


class Change(StrEnum):
    """What moves a session along."""

    ATTACH = "attach"
    DETACH = "detach"
    END = "end"


LIFE: Mapping[tuple[Phase, Change], Phase] = {
    (Phase.CONNECTING, Change.ATTACH): Phase.ATTACHED,
    (Phase.CONNECTING, Change.END): Phase.ENDED,
    (Phase.ATTACHED, Change.DETACH): Phase.DETACHED,
    (Phase.ATTACHED, Change.END): Phase.ENDED,
    (Phase.DETACHED, Change.ATTACH): Phase.ATTACHED,
    (Phase.DETACHED, Change.END): Phase.ENDED,
}


class Membership(msgspec.Struct, frozen=True):
    """That a session is in a group."""

    group: str


class Attachment(Protocol):
    """The transport of a session, as its hub sees it."""

    @property
    def outbox(self) -> Outbox:
        """Where frames for the client go."""
        ...

    def finish(self, message: str) -> None:
        """Tell the client that the application server ended the connection, then close it."""
        ...

    def leave(self) -> None:
        """Close because the service is going down."""
        ...


class SessionSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A session as a value that can be written as bytes and installed elsewhere."""

    hub: str
    connection_id: str
    user_id: str | None
    subprotocol: str | None
    connection_state: str | None
    groups: tuple[Membership, ...]
    permissions: PermissionsSnapshot
    cookies: dict[str, str]
    last_event_id: int
    last_sequence_id: int
    acks: tuple[int, ...]


class Session:
    """One logical connection of a client to a hub.

    ``hub`` is the lower-case hub name, ``user_id`` None for an anonymous client, ``subprotocol``
    the name agreed with the client in the client's own spelling, ``connection_state`` the opaque
    string of the application. Specification: client-protocols sections 0.3 and 7, scale-out section
    10.1.
    """

    __slots__ = (
        "acks",
        "attachment",
        "connection_id",
        "connection_state",
        "cookies",
        "groups",
        "hub",
        "last_event_id",
        "last_sequence_id",
        "outbox",
        "permissions",
        "phase",
        "signature",
        "subprotocol",
        "user_id",
    )

    def __init__(self, hub: str, connection_id: str, user_id: str | None = None) -> None:
        self.hub = hub
        self.connection_id = connection_id
        self.user_id = user_id
        self.subprotocol: str | None = None
        self.connection_state: str | None = None
        #: The ``ce-signature`` of all its events, made when the first is raised.
        self.signature: str | None = None
        self.groups: dict[str, Membership] = {}
        self.permissions = Permissions.from_roles(())
        self.cookies: dict[str, str] = {}
        #: 0 is the connect event (upstream-events section 8.1).
        self.last_event_id = 0
        self.last_sequence_id = 0
        self.acks = AckCache()
        self.phase = Phase.CONNECTING
        self.attachment: Attachment | None = None
        #: The outbox of the attachment, kept here because fan-out visits it for every recipient.
        self.outbox: Outbox | None = None

    def attach(self, attachment: Attachment) -> None:
        """Begin to be carried by a transport."""
        self._change(Change.ATTACH)
        self.attachment = attachment
        self.outbox = attachment.outbox

    def detach(self) -> None:
        """Lose the transport, and live on."""
        self._change(Change.DETACH)
        self._release()

    def end(self) -> bool:
        """End for good. Returns whether this call ended it: False when it had ended before."""
        if self.phase is Phase.ENDED:
            return False
        self._change(Change.END)
        self._release()
        return True

    def next_event_id(self) -> int:
        """The number of its next event after connect: 1, 2, 3 and so on."""
        self.last_event_id += 1
        return self.last_event_id

    def snapshot(self) -> SessionSnapshot:
        """Everything that outlives a transport, as a value."""
        return SessionSnapshot(
            hub=self.hub,
            connection_id=self.connection_id,
            user_id=self.user_id,
            subprotocol=self.subprotocol,
            connection_state=self.connection_state,
            groups=tuple(self.groups.values()),
            permissions=self.permissions.snapshot(),
            cookies=dict(self.cookies),
            last_event_id=self.last_event_id,
            last_sequence_id=self.last_sequence_id,
            acks=self.acks.snapshot(),
        )

    @classmethod
    def install(cls, snapshot: SessionSnapshot) -> "Session":
        """A detached session that is in every respect the one the snapshot was taken of."""
        session = cls(snapshot.hub, snapshot.connection_id, snapshot.user_id)
        session.subprotocol = snapshot.subprotocol
        session.connection_state = snapshot.connection_state
        session.groups = {membership.group: membership for membership in snapshot.groups}
        session.permissions = Permissions.restore(snapshot.permissions)
        session.cookies = dict(snapshot.cookies)
        session.last_event_id = snapshot.last_event_id
        session.last_sequence_id = snapshot.last_sequence_id
        session.acks = AckCache.restore(snapshot.acks)
        session.phase = Phase.DETACHED
        return session

    def _change(self, change: Change) -> None:
        phase = LIFE.get((self.phase, change))
        if phase is None:
            raise RuntimeError(f"a session that is {self.phase} cannot {change}")
        self.phase = phase

    def _release(self) -> None:
        self.attachment = None
        self.outbox = None
