"""All hubs of the service, as the edges see them."""

import os
from collections.abc import Iterator

from webpubsub.protocol.operations import GroupListing, GroupPage, HubOperation, HubQuery
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.hubs.register import SessionEvents
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session


def new_connection_id() -> str:
    """A fresh connection id: the one factory of them. Nobody may read a meaning into an id."""
    return os.urandom(16).hex()


class _Nobody:
    wants_presence = False

    def joined(self, session: Session, group: str) -> None:
        """Nobody wants to know."""

    def left(self, session: Session, group: str) -> None:
        """Nobody wants to know."""

    def disconnected(self, session: Session, reason: str) -> None:
        """Nobody wants to know."""


#: Below so many hubs, nobody looks for those that are deserted.
_FEW = 64


class Hubs:
    """The hubs by lower-case name; a hub exists as soon as somebody is to come into it.

    Hubs that are deserted are forgotten: whenever there are twice as many hubs as there were when
    the last of them were, which bounds their number and costs next to nothing. Without ``events``
    nobody is told what becomes of sessions.
    """

    def __init__(
        self, events: SessionEvents | None = None, point: ObservationPoint | None = None
    ) -> None:
        self._events = events or _Nobody()
        self._point = point or ObservationPoint()
        self._hubs: dict[str, Hub] = {}
        self._many = _FEW

    def __iter__(self) -> Iterator[Hub]:
        return iter(tuple(self._hubs.values()))

    @property
    def session_count(self) -> int:
        """The number of sessions of all hubs, attached or not."""
        return sum(len(hub.sessions) for hub in self._hubs.values())

    def hub(self, name: str) -> Hub:
        """The hub of this name in any letter case, for somebody to come into without delay."""
        name = name.lower()
        hub = self._hubs.get(name)
        if hub is None:
            self._forget_deserted()
            hub = self._hubs[name] = Hub(name, self._events, self._point)
        return hub

    def existing(self, name: str) -> Hub:
        """The hub of this name in any letter case; when there is none, one that is not kept,
        because nothing that is done to a hub without anybody in it is of consequence."""
        name = name.lower()
        return self._hubs.get(name) or Hub(name, self._events, self._point)

    async def perform(self, operation: HubOperation) -> Refusal | None:
        """Carry out an operation; returns when the service has accepted it, and after removal when
        it closes connections."""
        return self.existing(operation.hub).perform(operation)

    async def ask(self, query: HubQuery) -> bool:
        """Answer a question."""
        return self.existing(query.hub).ask(query)

    async def page(self, listing: GroupListing) -> GroupPage:
        """Some connections of a group, in order."""
        return self.existing(listing.hub).page(listing)

    def _forget_deserted(self) -> None:
        if len(self._hubs) < self._many:
            return
        self._hubs = {name: hub for name, hub in self._hubs.items() if hub.sessions}
        self._many = max(_FEW, 2 * len(self._hubs))
