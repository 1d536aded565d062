"""A hub: its connections, groups and users, and everything that can be done with them.

``apply`` is synchronous and deterministic: what an operation does depends on the operation and on
the hub alone, so that a backplane can repeat it on another node. Specification: client-protocols
sections 5.7, 6.3, 9.3, 9.4 and 11, rest-api sections 5.6 and 6, upstream-events section 12,
scale-out section 19.1.
"""

import heapq
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, Protocol

from webpubsub.protocol import operations as ops
from webpubsub.protocol.clients.codec import Frame
from webpubsub.protocol.filters import FilterError, compile_filter
from webpubsub.protocol.messages import Delivery
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import (
    CONNECTION_UNKNOWN,
    FILTER_INVALID,
    GROUP_STATE_NOT_MEMBER,
    GROUPS_FULL,
    USER_UNKNOWN,
)
from webpubsub.protocol.refusals.websockets import BUFFER_FULL, close_refusal
from webpubsub.service import observation
from webpubsub.service.aftermath import Aftermath
from webpubsub.service.frames import wire_bytes
from webpubsub.service.group_states import GroupStateBoard
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.rosters import EdgeObserver, Roster, RosterKind
from webpubsub.service.session import Membership, Session

logger = logging.getLogger("webpubsub.service.connections")

_CLOSED_BY_APPLICATION = "Application server closed the connection."


class Backplane(Protocol):
    """Repeats operations on the other nodes of the service."""

    def tell(self, operation: ops.HubOperation) -> None:
        """Pass on an operation that has been applied here; never blocks."""
        ...


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


class Hub:
    """One hub of the service. ``name`` is lower-case.

    ``backplane`` None means that there are no other nodes.
    """

    def __init__(self, name: str, events: SessionEvents, point: ObservationPoint) -> None:
        self.name = name
        self.backplane: Backplane | None = None
        self._events = events
        self._point = point
        self._everybody = Roster(RosterKind.HUB, name)
        self._groups = Roster(RosterKind.GROUP, name)
        self._users = Roster(RosterKind.USER, name)
        self.group_states = GroupStateBoard(name)
        self._aftermath = Aftermath(self.perform)

    @property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions by connection id, attached or not, in the order in which they came."""
        return self._everybody[self.name]

    def members(self, group: str) -> Mapping[str, Session]:
        """The sessions in a group by connection id."""
        return self._groups[group]

    def watch_edges(self, edges: EdgeObserver | None) -> None:
        """Have first and last members of the hub, its groups and its users, and first and last
        watchers of states, told to ``edges``."""
        for roster in (self._everybody, self._groups, self._users, self.group_states.watchers):
            roster.edges = edges

    def add(self, session: Session, groups: Iterable[str] = ()) -> None:
        """Make a session visible, already in its groups and in these."""
        self._everybody.add(self.name, session)
        if session.user_id is not None:
            self._users.add(session.user_id, session)
        for group in (*session.groups, *groups):
            self._join(session, group)
        self.group_states.enter(session)
        self._observe_beginning(session)

    def replace(self, session: Session) -> None:
        """Let a session take the place of the one it was installed from: nobody notices."""
        self._everybody.add(self.name, session)
        if session.user_id is not None:
            self._users.add(session.user_id, session)
        for group in session.groups:
            self._groups.add(group, session)
        self.group_states.enter(session)

    def end(self, session: Session, reason: str) -> bool:
        """End a session for good: it leaves its groups, its user and the hub, its streams are
        cancelled, and ``disconnected`` is raised as its last event. Returns False, and does
        nothing, when it had ended before."""
        ended = self._end(session, reason)
        if self.group_states.changed:
            self.group_states.push()
        return ended

    def _end(self, session: Session, reason: str) -> bool:
        if not session.end():
            return False
        self.group_states.forget(session)
        self._leave_all(session)
        if session.user_id is not None:
            self._users.remove(session.user_id, session)
        self._everybody.remove(self.name, session)
        if session.streams is not None:
            self._aftermath.add(session.streams.cancel())
        observer = self._point.observer
        if observer is not None:
            observer(observation.SessionEnded(self.name, session.connection_id, reason))
        self._events.disconnected(session, reason)
        return True

    def perform(self, operation: ops.HubOperation) -> Refusal | None:
        """Carry out an operation here and, unless it is refused, on every other node."""
        refusal = self.apply(operation)
        if self.backplane is not None and refusal is None:
            self.backplane.tell(operation)
        return refusal

    def apply(self, operation: ops.HubOperation) -> Refusal | None:
        """Carry out an operation on the sessions of this node; a refusal means that nothing was
        done."""
        try:
            refusal = _OPERATIONS[type(operation)](self, operation)
        except FilterError as error:
            # Filters are compiled before anything is done.
            refusal = FILTER_INVALID.refuse(str(error), str(error))
        if self.group_states.changed:
            self.group_states.push()
        observer = self._point.observer
        if observer is not None:
            observer(observation.OperationApplied(operation, refusal))
        return refusal

    def ask(self, query: ops.HubQuery) -> bool:
        """Answer a question about the sessions of this node."""
        return _QUERIES[type(query)](self, query)

    def page(self, listing: ops.GroupListing) -> ops.GroupPage:
        """Some connections of a group of this node. What comes or goes between two pages before
        the last id of the first moves nothing in the second."""
        members: Iterable[Session] = self._groups[listing.group].values()
        after = listing.after
        if after is not None:
            members = (session for session in members if session.connection_id > after)
        found = heapq.nsmallest(listing.limit + 1, members, key=attrgetter("connection_id"))
        page = [ops.GroupMember(one.connection_id, one.user_id) for one in found[: listing.limit]]
        return ops.GroupPage(tuple(page), len(found) > listing.limit)

    # Sending

    def _send_to_all(self, operation: ops.SendToAll) -> None:
        delivery = Delivery(operation.message, expires_at=operation.expires_at)
        receivers = _without(self.sessions, operation.excluded)
        self._deliver(delivery, _meant(receivers, operation.filter))

    def _send_to_group(self, operation: ops.SendToGroup) -> None:
        delivery = Delivery(
            operation.message,
            operation.group,
            operation.from_user_id,
            operation.expires_at,
            operation.stream,
        )
        receivers = _without(self._groups[operation.group], operation.excluded)
        self._deliver(delivery, _meant(receivers, operation.filter))

    def _send_to_user(self, operation: ops.SendToUser) -> None:
        delivery = Delivery(operation.message, expires_at=operation.expires_at)
        self._deliver(delivery, _meant(self._users[operation.user_id].values(), operation.filter))

    def _send_to_connection(self, operation: ops.SendToConnection) -> None:
        delivery = Delivery(operation.message, expires_at=operation.expires_at)
        self._deliver(delivery, self._one(operation.connection_id))

    def _deliver(self, delivery: Delivery, sessions: Iterable[Session]) -> None:
        """The hot loop of fan-out: a message is encoded once per client protocol, and then every
        recipient costs one append."""
        if self._point.observer is not None:
            sessions = list(sessions)
            self._observe_delivery(delivery, sessions)
        encodings, expires_at = delivery.encodings, delivery.expires_at
        frames: dict[str, Sequence[Frame]] = {}
        others: list[Session] = []
        for session in sessions:
            outbox = session.outbox
            if outbox is None:
                others.append(session)
                continue
            data = encodings.get(outbox.codec_name)
            if data is None:
                frames[outbox.codec_name] = outbox.codec.encode_delivery(delivery)
                data = wire_bytes(frames[outbox.codec_name])
                encodings[outbox.codec_name] = data
            outbox.append(data, expires_at)
        if others:
            self._deliver_reliably(delivery, others, frames)

    def _deliver_reliably(
        self, delivery: Delivery, sessions: Iterable[Session], frames: dict[str, Sequence[Frame]]
    ) -> None:
        """Give the message a number in every session and keep it there, whether or not the session
        is attached; the frames of each codec are made once."""
        # What is kept is the message alone.
        delivery.encodings.clear()
        full: list[Session] = []
        for session in sessions:
            buffer = session.buffer
            if buffer is None:
                continue
            encoded = frames.get(buffer.codec.name)
            if encoded is None:
                encoded = frames[buffer.codec.name] = buffer.codec.encode_delivery(delivery)
            sequence_id = buffer.add(delivery, sum(len(frame.payload) for frame in encoded))
            if sequence_id is None:
                full.append(session)
            elif session.attachment is not None:
                numbered = buffer.number(encoded, sequence_id)
                session.attachment.outbox.append(wire_bytes(numbered), delivery.expires_at)
        # What comes of it must not overtake this message.
        for session in full:
            self._overflow(session)

    def _overflow(self, session: Session) -> None:
        """A client that does not acknowledge is gone for good."""
        kept = 0 if session.buffer is None else len(session.buffer)
        refusal = close_refusal(BUFFER_FULL, f"one more than {kept} messages")
        logger.warning(
            "hub '%s', connection %s: %s", self.name, session.connection_id, refusal.describe()
        )
        attachment = session.attachment
        self.end(session, refusal.wire_message)
        if attachment is not None:
            attachment.expel(refusal)

    # Groups

    def _add_connection(self, operation: ops.AddConnectionToGroup) -> Refusal | None:
        session = self.sessions.get(operation.connection_id)
        if session is None:
            return _unknown(operation.connection_id)
        return self._join_all((session,), (operation.group,))

    def _remove_connection(self, operation: ops.RemoveConnectionFromGroup) -> None:
        for session in self._one(operation.connection_id):
            self._leave(session, operation.group)

    def _remove_connection_from_all(self, operation: ops.RemoveConnectionFromAllGroups) -> None:
        for session in self._one(operation.connection_id):
            self._leave_all(session)

    def _add_user(self, operation: ops.AddUserToGroup) -> Refusal | None:
        sessions = self._users[operation.user_id]
        if not sessions:
            return USER_UNKNOWN.refuse(f"no connection of the user '{operation.user_id}'")
        return self._join_all(tuple(sessions.values()), (operation.group,))

    def _remove_user(self, operation: ops.RemoveUserFromGroup) -> None:
        for session in self._users[operation.user_id].values():
            self._leave(session, operation.group)

    def _remove_user_from_all(self, operation: ops.RemoveUserFromAllGroups) -> None:
        for session in self._users[operation.user_id].values():
            self._leave_all(session)

    def _add_meant(self, operation: ops.AddConnectionsToGroups) -> Refusal | None:
        # All are found before any is changed: a filter about groups sees them as they were.
        sessions = tuple(_meant(self.sessions.values(), operation.filter))
        return self._join_all(sessions, operation.groups)

    def _remove_meant(self, operation: ops.RemoveConnectionsFromGroups) -> None:
        for session in tuple(_meant(self.sessions.values(), operation.filter)):
            for group in operation.groups:
                self._leave(session, group)

    def _join_all(self, sessions: Sequence[Session], groups: Collection[str]) -> Refusal | None:
        """Have all of them join all groups, if there is room in each."""
        for session in sessions:
            if not session.has_room_for(groups):
                return _full(session)
        for session in sessions:
            for group in groups:
                self._join(session, group)
        return None

    def _join(self, session: Session, group: str) -> None:
        self._groups.add(group, session)
        if group in session.groups:
            return
        session.groups[group] = Membership(group)
        if self._events.wants_presence:
            self._events.joined(session, group)

    def _leave(self, session: Session, group: str) -> None:
        if session.groups.pop(group, None) is None:
            return
        self._groups.remove(group, session)
        if session.group_states is not None:
            self.group_states.clear(session, group)
        if self._events.wants_presence:
            self._events.left(session, group)

    def _leave_all(self, session: Session) -> None:
        for group in tuple(session.groups):
            self._leave(session, group)

    # Group states

    def _set_group_state(self, operation: ops.SetGroupState) -> Refusal | None:
        session = self.sessions.get(operation.connection_id)
        group, state = operation.group, operation.state
        if session is None:
            return _unknown(operation.connection_id)
        if state is None:
            self.group_states.clear(session, group, operation.at)
            return None
        if group not in session.groups:
            text = f"The connection is not in group '{group}'."
            return GROUP_STATE_NOT_MEMBER.refuse(f"a connection that is not in '{group}'", text)
        return self.group_states.set(session, group, state, operation.at)

    def _subscribe_group_state(self, operation: ops.SubscribeGroupState) -> Refusal | None:
        session = self.sessions.get(operation.connection_id)
        if session is None:
            return _unknown(operation.connection_id)
        return self.group_states.subscribe(session, operation.group)

    def _unsubscribe_group_state(self, operation: ops.UnsubscribeGroupState) -> None:
        for session in self._one(operation.connection_id):
            self.group_states.unsubscribe(session, operation.group)

    # Closing

    def _close_all(self, operation: ops.CloseAllConnections) -> None:
        self._close(_without(self.sessions, operation.excluded), operation.reason)

    def _close_group(self, operation: ops.CloseGroupConnections) -> None:
        members = self._groups[operation.group]
        self._close(_without(members, operation.excluded), operation.reason)

    def _close_user(self, operation: ops.CloseUserConnections) -> None:
        sessions = self._users[operation.user_id]
        self._close(_without(sessions, operation.excluded), operation.reason)

    def _close_connection(self, operation: ops.CloseConnection) -> None:
        self._close(self._one(operation.connection_id), operation.reason)

    def _close(self, sessions: Iterable[Session], reason: str | None) -> None:
        message = _CLOSED_BY_APPLICATION + (f" Reason: {reason}" if reason else "")
        for session in tuple(sessions):
            attachment = session.attachment
            self._end(session, message)
            if attachment is not None:
                attachment.finish(message)

    # Permissions

    def _grant(self, operation: ops.GrantPermission) -> Refusal | None:
        session = self.sessions.get(operation.connection_id)
        if session is None:
            return _unknown(operation.connection_id)
        return session.permissions.grant(operation.permission, operation.target)

    def _revoke(self, operation: ops.RevokePermission) -> Refusal | None:
        session = self.sessions.get(operation.connection_id)
        if session is None:
            return None
        return session.permissions.revoke(operation.permission, operation.target)

    # Questions

    def _connection_exists(self, query: ops.ConnectionExists) -> bool:
        return query.connection_id in self.sessions

    def _user_exists(self, query: ops.UserExists) -> bool:
        return query.user_id in self._users

    def _group_exists(self, query: ops.GroupExists) -> bool:
        return query.group in self._groups

    def _has_permission(self, query: ops.HasPermission) -> bool:
        session = self.sessions.get(query.connection_id)
        return session is not None and session.permissions.allows(query.permission, query.target)

    # The rest

    def _one(self, connection_id: str) -> tuple[Session, ...]:
        session = self.sessions.get(connection_id)
        return () if session is None else (session,)

    def _observe_beginning(self, session: Session) -> None:
        observer = self._point.observer
        if observer is not None:
            observer(
                observation.SessionBegan(
                    self.name, session.connection_id, session.user_id, session.subprotocol
                )
            )

    def _observe_delivery(self, delivery: Delivery, sessions: Iterable[Session]) -> None:
        observer = self._point.observer
        if observer is not None:
            recipients = tuple(session.connection_id for session in sessions)
            observer(observation.Delivered(self.name, delivery, recipients))


def _meant(sessions: Iterable[Session], text: str | None) -> Iterable[Session]:
    """Those that a filter means. Raises FilterError at once, not when they are iterated over."""
    return filter(compile_filter(text), sessions) if text else sessions


def _without(sessions: Mapping[str, Session], excluded: frozenset[str]) -> Iterable[Session]:
    if not excluded:
        return sessions.values()
    return _all_but(sessions, excluded)


def _all_but(sessions: Mapping[str, Session], excluded: frozenset[str]) -> Iterator[Session]:
    for connection_id, session in sessions.items():
        if connection_id not in excluded:
            yield session


def _unknown(connection_id: str) -> Refusal:
    return CONNECTION_UNKNOWN.refuse(
        f"the connection id '{connection_id}'", f"Connection `{connection_id}` is not found."
    )


def _full(session: Session) -> Refusal:
    return GROUPS_FULL.refuse(
        f"{len(session.groups)} groups of connection '{session.connection_id}'",
        "The connection is in too many groups.",
    )


_OPERATIONS: Mapping[type[ops.HubOperation], Callable[[Hub, Any], Refusal | None]] = {
    ops.SendToAll: Hub._send_to_all,
    ops.SendToGroup: Hub._send_to_group,
    ops.SendToUser: Hub._send_to_user,
    ops.SendToConnection: Hub._send_to_connection,
    ops.AddConnectionToGroup: Hub._add_connection,
    ops.RemoveConnectionFromGroup: Hub._remove_connection,
    ops.RemoveConnectionFromAllGroups: Hub._remove_connection_from_all,
    ops.AddUserToGroup: Hub._add_user,
    ops.RemoveUserFromGroup: Hub._remove_user,
    ops.RemoveUserFromAllGroups: Hub._remove_user_from_all,
    ops.AddConnectionsToGroups: Hub._add_meant,
    ops.RemoveConnectionsFromGroups: Hub._remove_meant,
    ops.CloseAllConnections: Hub._close_all,
    ops.CloseGroupConnections: Hub._close_group,
    ops.CloseUserConnections: Hub._close_user,
    ops.CloseConnection: Hub._close_connection,
    ops.GrantPermission: Hub._grant,
    ops.RevokePermission: Hub._revoke,
    ops.SetGroupState: Hub._set_group_state,
    ops.SubscribeGroupState: Hub._subscribe_group_state,
    ops.UnsubscribeGroupState: Hub._unsubscribe_group_state,
}

_QUERIES: Mapping[type[ops.HubQuery], Callable[[Hub, Any], bool]] = {
    ops.ConnectionExists: Hub._connection_exists,
    ops.UserExists: Hub._user_exists,
    ops.GroupExists: Hub._group_exists,
    ops.HasPermission: Hub._has_permission,
}
