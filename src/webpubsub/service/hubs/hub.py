"""A hub: its connections, groups and users, and everything that can be done with them.

``apply`` is synchronous and deterministic: what an operation does depends on the operation and on
the hub alone, so that a backplane can repeat it on another node. Specification: client-protocols
sections 5.7, 6.3, 9.3, 9.4 and 11, rest-api sections 5.6 and 6, upstream-events section 12,
scale-out section 19.1.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Protocol

from webpubsub.protocol import operations as ops
from webpubsub.protocol.filters import FilterError
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.hub import FILTER_INVALID
from webpubsub.service import observation
from webpubsub.service.hubs import queries
from webpubsub.service.hubs.aftermath import Aftermath
from webpubsub.service.hubs.operations.closes import CLOSES
from webpubsub.service.hubs.operations.group_states import GROUP_STATES
from webpubsub.service.hubs.operations.groups import MEMBERSHIPS
from webpubsub.service.hubs.operations.permissions import PERMISSIONS
from webpubsub.service.hubs.operations.selection import Operations
from webpubsub.service.hubs.operations.sends import SENDS
from webpubsub.service.hubs.register import Register, SessionEvents
from webpubsub.service.hubs.rosters import EdgeObserver
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session

_OPERATIONS: Operations = {**SENDS, **MEMBERSHIPS, **CLOSES, **PERMISSIONS, **GROUP_STATES}


class Backplane(Protocol):
    """Repeats operations on the other nodes of the service."""

    def tell(self, operation: ops.HubOperation) -> None:
        """Pass on an operation that has been applied here; never blocks."""
        ...


class Hub:
    """One hub of the service. ``name`` is lower-case.

    ``backplane`` None means that there are no other nodes.
    """

    def __init__(self, name: str, events: SessionEvents, point: ObservationPoint) -> None:
        self.name = name
        self.backplane: Backplane | None = None
        self._point = point
        self._register = Register(name, events, point, Aftermath(self.perform))
        self.group_states = self._register.group_states

    @property
    def sessions(self) -> Mapping[str, Session]:
        """The sessions by connection id, attached or not, in the order in which they came."""
        return self._register.sessions

    @property
    def groups(self) -> Collection[str]:
        """The names of the groups that somebody is in."""
        return self._register.groups.names

    @property
    def users(self) -> Collection[str]:
        """The users who have a connection."""
        return self._register.users.names

    def members(self, group: str) -> Mapping[str, Session]:
        """The sessions in a group by connection id."""
        return self._register.groups[group]

    def watch_edges(self, edges: EdgeObserver | None) -> None:
        """Have first and last members of the hub, its groups and its users, and first and last
        watchers of states, told to ``edges``."""
        self._register.watch_edges(edges)

    def add(self, session: Session, groups: Iterable[str] = ()) -> None:
        """Make a session visible, already in its groups and in these."""
        self._register.add(session, groups)

    def replace(self, session: Session) -> None:
        """Let a session take the place of the one it was installed from: nobody notices."""
        self._register.replace(session)

    def end(self, session: Session, reason: str) -> bool:
        """End a session for good: it leaves its groups, its user and the hub, its streams are
        cancelled, and ``disconnected`` is raised as its last event. Returns False, and does
        nothing, when it had ended before."""
        ended = self._register.end(session, reason)
        if self.group_states.changed:
            self.group_states.push()
        return ended

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
            refusal = _OPERATIONS[type(operation)](self._register, operation)
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
        return queries.QUERIES[type(query)](self._register, query)

    def page(self, listing: ops.GroupListing) -> ops.GroupPage:
        """Some connections of a group of this node, in order."""
        return queries.page(self._register, listing)
