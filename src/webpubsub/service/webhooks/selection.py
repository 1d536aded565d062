"""Which webhook gets an event. Specification: upstream-events sections 2.2 and 12."""

from collections.abc import Iterable

from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.group_presence import GroupPresenceEventRequest, ServiceEvent
from webpubsub.service.hub_settings.model import EventFilter, EventHandlerSettings


def first_handler(
    handlers: Iterable[EventHandlerSettings], event: ServiceEvent
) -> EventHandlerSettings | None:
    """The first handler whose filter selects the event, or None. Those behind it are not asked,
    even when it fails."""
    return next((handler for handler in handlers if _selects(handler.events, event)), None)


def _selects(events: EventFilter, event: ServiceEvent) -> bool:
    name = event.connection_context.event_name
    if isinstance(event, UserEventRequest):
        return events.user_events.selects(name)
    if isinstance(event, GroupPresenceEventRequest):
        return events.group_presence.selects(name, event.group)
    return name in events.system_events
