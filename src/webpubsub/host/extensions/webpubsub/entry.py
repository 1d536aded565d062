"""Where the service's events enter the host, whichever generation of the app serves."""

from collections.abc import Callable, Coroutine
from typing import Any, Final, TypeAlias

from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.outcomes import EventFailed, EventOutcome

Handle: TypeAlias = Callable[[AnyEventRequest], Coroutine[Any, Any, EventOutcome]]
Wants: TypeAlias = Callable[[str, str], bool]

#: The answer to an event when there is no app to take it.
NOT_RUNNING: Final = EventFailed(status=503, message="the function host is not running")


async def _refuse(_event: AnyEventRequest) -> EventOutcome:
    return NOT_RUNNING


def _every_one(_hub: str, _system_event: str) -> bool:
    return True


class EventEntry:
    """The EventHandler that outlives generations: both of its methods are those of the one that
    serves, for every event comes through here."""

    def __init__(self) -> None:
        self.handle: Handle = _refuse
        self.wants: Wants = _every_one
