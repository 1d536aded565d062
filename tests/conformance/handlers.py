"""The application behind the service while official clients judge it."""

import asyncio

from webpubsub.protocol.events import AnyEventRequest, ConnectEventRequest, UserEventRequest
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.protocol.seams import EventHandler


class EchoApplication(EventHandler):
    """Refuses the user ``refused``, echoes the event ``echo``, fails the event ``fail`` and takes
    an hour for the event ``slow``."""

    def __init__(self) -> None:
        self.events: list[AnyEventRequest] = []

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        """Answer by the rules above and remember the event."""
        self.events.append(event)
        if isinstance(event, ConnectEventRequest):
            return EventFailed(status=401) if event.user_id == "refused" else ConnectAccepted()
        if not isinstance(event, UserEventRequest):
            return Notified()
        if event.connection_context.event_name == "fail":
            return EventFailed(status=500, message="asked to fail")
        if event.connection_context.event_name == "slow":
            await asyncio.sleep(3600)
        return UserEventAccepted(reply=event.message)

    def names(self) -> list[str]:
        """The event names so far, in order."""
        return [event.connection_context.event_name for event in self.events]
