"""Applications that answer the events of a service."""

from webpubsub.protocol.events import ConnectEventRequest, UserEventRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.protocol.seams import EventHandler


class Greeter(EventHandler):
    """Lets in all but ``mallory``, and answers what clients say with a ``greeting`` and their
    connection id."""

    def __init__(self, greeting: str = "hello") -> None:
        self.greeting = greeting

    async def handle(self, event: ServiceEvent) -> EventOutcome:
        """Answer an event."""
        if isinstance(event, ConnectEventRequest):
            if event.user_id == "mallory":
                return EventFailed(status=401)
            return ConnectAccepted(roles=("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"))
        if isinstance(event, UserEventRequest):
            text = f"{self.greeting} {event.connection_id}, you said {event.text()}"
            return UserEventAccepted(reply=Message(DataType.TEXT, text.encode()))
        return Notified()
