"""A service whose simple clients get every message back, by two ways.

A user event costs a task and an operation; a message to the client's own group is carried out on
the spot. Both must look the same from outside.
"""

from webpubsub.protocol.events import AnyEventRequest, ConnectEventRequest, UserEventRequest
from webpubsub.protocol.operations import SendToConnection
from webpubsub.protocol.outcomes import ConnectAccepted, EventOutcome, Notified, UserEventAccepted
from webpubsub.protocol.seams import EventHandler
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

HUB = "autobahn"
GROUP = "echo"

#: The suite sends 16 MiB at a time, and half as many frames again before it reads.
SETTINGS = ServiceSettings(
    port=0,
    max_message_bytes=32 * 1_048_576,
    max_queued_messages=100_000,
    max_queued_bytes=64 * 1_048_576,
)


class EchoApplication(EventHandler):
    """Answers with an operation, because a reply without content is no reply, and the suite wants
    its empty messages back, too."""

    service: Service

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        """Send what has come back."""
        if isinstance(event, ConnectEventRequest):
            return ConnectAccepted()
        if not isinstance(event, UserEventRequest):
            return Notified()
        await self.service.client.perform(
            SendToConnection(
                hub=HUB,
                connection_id=event.connection_context.connection_id,
                message=event.message,
            )
        )
        return UserEventAccepted()


def echo_service() -> Service:
    """The service, not started yet."""
    application = EchoApplication()
    application.service = service = Service(SETTINGS, application)
    return service


async def echo_urls(service: Service) -> dict[str, str]:
    """Where the suite connects: way of echoing -> URL."""
    event = await service.client.client_access(HUB)
    group = await service.client.client_access(HUB, roles=["webpubsub.sendToGroup"], groups=[GROUP])
    return {"event": event.url, "group": f"{group.url}&webpubsub_mode=sendToGroup&group={GROUP}"}
