"""What survives a lost transport: one logical connection of a client to a hub."""

import asyncio
from collections.abc import Collection

import msgspec

from webpubsub.protocol.acks import AckCache
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.group_states import GroupStates, GroupStatesSnapshot
from webpubsub.protocol.permissions import Permissions, PermissionsSnapshot
from webpubsub.protocol.streams import OpenStreams, Publisher, StreamsSnapshot
from webpubsub.service.session_limits import DEFAULT_LIMITS, SessionLimits
from webpubsub.service.sessions.attachment import Attachment
from webpubsub.service.sessions.life import LIFE, Change, Phase
from webpubsub.service.sessions.reliability import BufferSnapshot, MessageBuffer
from webpubsub.service.sweeper import Deadline
from webpubsub.service.websockets.outgoing.outbox import Outbox


class Membership(msgspec.Struct, frozen=True):
    """That a session is in a group."""

    group: str


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
    acks: tuple[int, ...]
    buffer: BufferSnapshot | None
    group_states: GroupStatesSnapshot | None = None
    streams: StreamsSnapshot | None


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
        "buffer",
        "connection_id",
        "connection_state",
        "cookies",
        "deadline",
        "group_states",
        "groups",
        "hub",
        "last_event_id",
        "limits",
        "outbox",
        "permissions",
        "phase",
        "signature",
        "streams",
        "streams_watched",
        "subprotocol",
        "unfinished",
        "user_id",
    )

    def __init__(
        self,
        hub: str,
        connection_id: str,
        user_id: str | None = None,
        limits: SessionLimits = DEFAULT_LIMITS,
    ) -> None:
        self.limits = limits
        self.hub = hub
        self.connection_id = connection_id
        self.user_id = user_id
        self.subprotocol: str | None = None
        self.connection_state: str | None = None
        #: The ``ce-signature`` of all its events, made when the first is raised.
        self.signature: str | None = None
        self.groups: dict[str, Membership] = {}
        #: None for all that neither show nor watch any.
        self.group_states: GroupStates | None = None
        self.permissions = Permissions(limits.permissions)
        self.cookies: dict[str, str] = {}
        #: 0 is the connect event (upstream-events section 8.1).
        self.last_event_id = 0
        self.acks = AckCache(size=limits.acks)
        #: What makes a session reliable; None for all others.
        self.buffer: MessageBuffer | None = None
        #: What the client publishes as streams; None until it does.
        self.streams: OpenStreams | None = None
        #: Whether the sweeper looks for idle ones.
        self.streams_watched = False
        self.phase = Phase.CONNECTING
        self.attachment: Attachment | None = None
        #: The outbox of the attachment, kept here because fan-out visits it for every recipient;
        #: None for a reliable session, whose messages pass through its buffer.
        self.outbox: Outbox | None = None
        #: Until when a detached session is held.
        self.deadline: Deadline | None = None
        #: The request that was being handled when the transport was lost.
        self.unfinished: asyncio.Task[None] | None = None

    @property
    def publisher(self) -> Publisher:
        """Where its streams say that they come from."""
        return Publisher(self.hub, self.connection_id, self.user_id)

    def attach(self, attachment: Attachment) -> None:
        """Begin to be carried by a transport."""
        self._change(Change.ATTACH)
        self.attachment = attachment
        if self.buffer is None:
            self.outbox = attachment.outbox
        else:
            self.buffer.send_by(attachment.outbox)
        self.let_go()

    def detach(self) -> None:
        """Lose the transport, and live on."""
        self._change(Change.DETACH)
        self._lose_transport()

    def claim(self) -> None:
        """Belong to the one client that has come back for it."""
        self._change(Change.CLAIM)

    def release(self) -> None:
        """Be detached as before, because that client has gone again."""
        self._change(Change.RELEASE)

    def end(self) -> bool:
        """End for good. Returns whether this call ended it: False when it had ended before."""
        if self.phase is Phase.ENDED:
            return False
        self._change(Change.END)
        self._lose_transport()
        return True

    def has_room_for(self, groups: Collection[str]) -> bool:
        """Whether it may be in all of these groups, too."""
        new = set(groups).difference(self.groups)
        return not new or self.limits.allow_groups(len(self.groups) + len(new))

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
            acks=self.acks.snapshot(),
            buffer=None if self.buffer is None else self.buffer.snapshot(),
            group_states=None if self.group_states is None else self.group_states.snapshot(),
            streams=None if self.streams is None else self.streams.snapshot(),
        )

    @classmethod
    def install(
        cls, snapshot: SessionSnapshot, limits: SessionLimits = DEFAULT_LIMITS
    ) -> "Session":
        """A detached session that is in every respect the one the snapshot was taken of."""
        session = cls(snapshot.hub, snapshot.connection_id, snapshot.user_id, limits)
        session.subprotocol = snapshot.subprotocol
        session.connection_state = snapshot.connection_state
        session.groups = {membership.group: membership for membership in snapshot.groups}
        session.permissions = Permissions.restore(snapshot.permissions, limits.permissions)
        session.cookies = dict(snapshot.cookies)
        session.last_event_id = snapshot.last_event_id
        session.acks = AckCache.restore(snapshot.acks, limits.acks)
        if snapshot.buffer is not None:
            session.buffer = MessageBuffer.restore(
                snapshot.buffer, codec_for(snapshot.subprotocol), limits.buffer
            )
        if snapshot.group_states is not None:
            session.group_states = GroupStates.restore(snapshot.group_states, limits.group_states)
        if snapshot.streams is not None:
            session.streams = OpenStreams(session.publisher, snapshot.streams, most=limits.streams)
        session.phase = Phase.DETACHED
        return session

    def _change(self, change: Change) -> None:
        phase = LIFE.get((self.phase, change))
        if phase is None:
            raise RuntimeError(f"a session that is {self.phase} cannot {change}")
        self.phase = phase

    def _lose_transport(self) -> None:
        self.attachment = None
        outbox, self.outbox = self.outbox, None
        if outbox is not None:
            outbox.leave_for_good()
        if self.buffer is not None:
            self.buffer.send_by(None)

    def let_go(self) -> None:
        """Be held no longer because of a lost transport."""
        self.unfinished = None
        if self.deadline is not None:
            self.deadline.cancel()
            self.deadline = None
