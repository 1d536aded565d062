"""The register of a hub: which sessions it has, whose they are, and which groups they are in.

Whoever comes, goes, joins or leaves does so here, whatever the reason, so that the application and
the watchers of states are told of each once. Specification: client-protocols sections 5.7, 9.3 and
9.4, upstream-events section 12.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from webpubsub.service import observation
from webpubsub.service.hubs.aftermath import Aftermath
from webpubsub.service.hubs.group_states import GroupStateBoard
from webpubsub.service.hubs.rosters import EdgeObserver, Roster, RosterKind
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Membership, Session


class SessionEvents(Protocol):
    """Tells the application what becomes of sessions."""

    @property
    def wants_presence(self) -> bool:
        """Whether anybody wants to know who joins and leaves groups."""
        ...

    def joined(self, session: Session, group: str) -> None:
        """The session is in the group, and was not before."""
        ...

    def left(self, session: Session, group: str) -> None:
        """The session is not in the group any more, for whatever reason."""
        ...

    def disconnected(self, session: Session, reason: str) -> None:
        """The session has left its hub for good; called once."""
        ...


class Register:
    """Who is in one hub. What follows from the end of a session is left to ``aftermath``.

    Nothing here tells the watchers of states: whoever changes something has ``group_states`` push
    when all is done.
    """

    __slots__ = (
        "_aftermath",
        "_everybody",
        "events",
        "group_states",
        "groups",
        "name",
        "point",
        "sessions",
        "users",
    )

    def __init__(
        self, name: str, events: SessionEvents, point: ObservationPoint, aftermath: Aftermath
    ) -> None:
        self.name = name
        self.events = events
        self.point = point
        self.groups = Roster(RosterKind.GROUP, name)
        self.users = Roster(RosterKind.USER, name)
        self.group_states = GroupStateBoard(name)
        self._everybody = Roster(RosterKind.HUB, name)
        #: The sessions by connection id, attached or not, in the order in which they came.
        self.sessions: Mapping[str, Session] = self._everybody[name]
        self._aftermath = aftermath

    def watch_edges(self, edges: EdgeObserver | None) -> None:
        """Have first and last members, and first and last watchers of states, told to ``edges``."""
        for roster in (self._everybody, self.groups, self.users, self.group_states.watchers):
            roster.edges = edges

    def add(self, session: Session, groups: Iterable[str]) -> None:
        """Make a session visible, already in its groups and in these."""
        self._enter(session)
        for group in (*session.groups, *groups):
            self.join(session, group)
        self.group_states.enter(session)
        observer = self.point.observer
        if observer is not None:
            observer(
                observation.SessionBegan(
                    self.name, session.connection_id, session.user_id, session.subprotocol
                )
            )

    def replace(self, session: Session) -> None:
        """Let a session take the place of the one it was installed from: nobody notices."""
        self._enter(session)
        for group in session.groups:
            self.groups.add(group, session)
        self.group_states.enter(session)

    def end(self, session: Session, reason: str) -> bool:
        """End a session for good: it leaves its groups, its user and the hub, its streams are
        cancelled, and ``disconnected`` is raised as its last event. Returns False, and does
        nothing, when it had ended before."""
        detached = session.attachment is None
        if not session.end():
            return False
        self.group_states.forget(session)
        self.leave_all(session)
        if session.user_id is not None:
            self.users.remove(session.user_id, session)
        self._everybody.remove(self.name, session)
        self.sessions = self._everybody[self.name]
        if session.streams is not None:
            self._aftermath.add(session.streams.cancel())
        observer = self.point.observer
        if observer is not None:
            connection_id = session.connection_id
            observer(observation.SessionEnded(self.name, connection_id, reason, detached))
        self.events.disconnected(session, reason)
        return True

    def join(self, session: Session, group: str) -> None:
        """Have a session be in a group; again is harmless."""
        self.groups.add(group, session)
        if group in session.groups:
            return
        session.groups[group] = Membership(group)
        if self.events.wants_presence:
            self.events.joined(session, group)

    def leave(self, session: Session, group: str) -> None:
        """Have a session be in a group no more; harmless when it is not."""
        if session.groups.pop(group, None) is None:
            return
        self.groups.remove(group, session)
        if session.group_states is not None:
            self.group_states.clear(session, group)
        if self.events.wants_presence:
            self.events.left(session, group)

    def leave_all(self, session: Session) -> None:
        """Have a session be in no group."""
        for group in tuple(session.groups):
            self.leave(session, group)

    def _enter(self, session: Session) -> None:
        self._everybody.add(self.name, session)
        self.sessions = self._everybody[self.name]
        if session.user_id is not None:
            self.users.add(session.user_id, session)
