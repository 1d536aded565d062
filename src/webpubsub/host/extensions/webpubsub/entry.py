"""Where the service's events enter the host, whichever generation of the app serves."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.outcomes import EventFailed, EventOutcome

Handle: TypeAlias = Callable[[AnyEventRequest], Coroutine[Any, Any, EventOutcome]]

#: The answer to an event when there is no app to take it.
NOT_RUNNING: Final = EventFailed(status=503, message="the function host is not running")


async def _refuse(_event: AnyEventRequest) -> EventOutcome:
    return NOT_RUNNING


class EventEntry:
    """The EventHandler that outlives generations: it passes each event to its ``handler``."""

    def __init__(self) -> None:
        self.handler: Handle = _refuse

    def handle(self, event: AnyEventRequest) -> Coroutine[Any, Any, EventOutcome]:
        """What the handler makes of an event. No coroutine of its own: every event comes through
        here."""
        return self.handler(event)
