"""Who is where: the sessions of each group, of each user, and of a hub as a whole, and those that
watch the states of a group.

First and last members arise here and nowhere else, because presence events and, with several nodes,
a node's interest in a group depend on them (scale-out section 7).
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from typing import Protocol

from webpubsub.service.sessions.session import Session


class RosterKind(StrEnum):
    """What a roster lists the members of."""

    HUB = "hub"
    GROUP = "group"
    USER = "user"
    GROUP_STATE = "group state"


class EdgeObserver(Protocol):
    """Is told when a hub, group or user gains its first member or loses its last."""

    def entered(self, kind: RosterKind, hub: str, name: str) -> None:
        """The first member has come."""
        ...

    def left(self, kind: RosterKind, hub: str, name: str) -> None:
        """The last member has gone."""
        ...


_NOBODY: Mapping[str, Session] = {}


class Roster:
    """The sessions under each name, in the order in which they came. A name without sessions does
    not exist."""

    __slots__ = ("_hub", "_kind", "_members", "edges")

    def __init__(self, kind: RosterKind, hub: str) -> None:
        self._kind = kind
        self._hub = hub
        self._members: dict[str, dict[str, Session]] = {}
        self.edges: EdgeObserver | None = None

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def __getitem__(self, name: str) -> Mapping[str, Session]:
        """The sessions under a name by connection id; empty when there are none."""
        return self._members.get(name, _NOBODY)

    def __len__(self) -> int:
        return len(self._members)

    @property
    def names(self) -> Collection[str]:
        """The names that there are, in the order in which they came."""
        return self._members.keys()

    def add(self, name: str, session: Session) -> None:
        """Put a session under a name; again is harmless."""
        members = self._members.get(name)
        if members is not None:
            members[session.connection_id] = session
            return
        self._members[name] = {session.connection_id: session}
        if self.edges is not None:
            self.edges.entered(self._kind, self._hub, name)

    def remove(self, name: str, session: Session) -> None:
        """Take a session away from a name; harmless when it is not there."""
        members = self._members.get(name)
        if members is None or members.pop(session.connection_id, None) is None or members:
            return
        del self._members[name]
        if self.edges is not None:
            self.edges.left(self._kind, self._hub, name)
