"""The service in a process of its own: ``python -m tests.load.served SETTINGS``.

The settings are JSON. User events are answered slowly, so that a client can send faster than the
application takes.
"""

import asyncio
import logging
import sys

import msgspec

from webpubsub.cli import lifetime
from webpubsub.protocol.events import AnyEventRequest, ConnectEventRequest, UserEventRequest
from webpubsub.protocol.outcomes import ConnectAccepted, EventOutcome, Notified, UserEventAccepted
from webpubsub.protocol.seams import EventHandler
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

#: How long the application takes for a user event.
EVENT_SECONDS = 0.02


class SlowApplication(EventHandler):
    """Lets everybody in, and takes its time."""

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        """Answer without a reply."""
        if isinstance(event, ConnectEventRequest):
            return ConnectAccepted()
        if not isinstance(event, UserEventRequest):
            return Notified()
        await asyncio.sleep(EVENT_SECONDS)
        return UserEventAccepted()


async def serve(stop: asyncio.Event) -> None:
    """Serve until told to stop; the first line says where."""
    settings = msgspec.json.decode(sys.argv[1], type=ServiceSettings)
    async with Service(settings, SlowApplication()) as service:
        print(service.endpoint, flush=True)
        await stop.wait()


if __name__ == "__main__":
    logging.basicConfig(level=logging.WARNING)
    lifetime.run(serve)
