"""Has events fail that the application would have answered."""

from collections import deque

import msgspec

from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.outcomes import EventFailed, EventOutcome
from webpubsub.service.events.answerers import Answerer
from webpubsub.service.sessions.session import Session


class Failure(msgspec.Struct, frozen=True):
    """What the next event of a name, in lower case, is answered with."""

    event: str
    outcome: EventFailed


class FailingAnswerer:
    """Stands before whoever answers events, and answers some in their place."""

    def __init__(self, others: Answerer) -> None:
        self.failures: deque[Failure] = deque()
        self.others = others

    def tell(self, request: ServiceEvent) -> bool:
        """Tell the listeners of an event."""
        return self.others.tell(request)

    def wants(self, _hub: str, _system_event: str) -> bool:
        """Every event, because it may be one that is to fail."""
        return True

    async def answer(self, session: Session, request: ServiceEvent) -> EventOutcome:
        """The failure that is due for an event, or else what is answered to it."""
        name = request.connection_context.event_name.lower()
        due = next((one for one in self.failures if one.event == name), None)
        if due is None:
            return await self.others.answer(session, request)
        self.failures.remove(due)
        return due.outcome
