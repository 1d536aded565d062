"""Who joins and who leaves a group, as events.

Only webhooks are told of them, so they are apart from the events that functions and listeners get.
Specification: upstream-events section 12.
"""

from typing import TypeAlias

from webpubsub.protocol.events import AnyEventRequest, EventRequest


class GroupPresenceEventRequest(EventRequest, frozen=True, kw_only=True, dict=True):
    """A connection has joined or left a group; the event's name is ``joined`` or ``left``. Nothing
    waits for the answer."""

    group: str


#: Whatever a service raises.
ServiceEvent: TypeAlias = AnyEventRequest | GroupPresenceEventRequest
