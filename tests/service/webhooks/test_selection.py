"""Which webhook gets an event.

Specification: upstream-events sections 2.1, 2.2 and 12.
"""

import pytest

from tests.protocol.cloud_events.samples import (
    CONNECT,
    CONNECTED,
    DISCONNECTED,
    HELLO,
    JOINED,
    LEFT,
    a_user_event,
)
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.service.hub_settings.model import (
    SYSTEM_EVENTS,
    EventFilter,
    EventHandlerSettings,
    GroupPresence,
    UserEvents,
)
from webpubsub.service.webhooks.selection import first_handler

EVERY = UserEvents(every=True)
NONE = UserEvents()
NAMED_AS_SYSTEM = a_user_event(HELLO.message, "connected")
SHOUTED = a_user_event(HELLO.message, "HI")


def handler(
    name: str, user: UserEvents = NONE, system: frozenset[str] = frozenset()
) -> EventHandlerSettings:
    return EventHandlerSettings(
        url_template=name, events=EventFilter(user_events=user, system_events=system)
    )


@pytest.mark.parametrize(
    ("user", "system", "event", "selected"),
    [
        (EVERY, frozenset(), HELLO, True),
        (EVERY, frozenset(), CONNECTED, False),
        (EVERY, frozenset(), NAMED_AS_SYSTEM, True),
        (UserEvents(), frozenset(SYSTEM_EVENTS), NAMED_AS_SYSTEM, False),
        (UserEvents(), frozenset(SYSTEM_EVENTS), CONNECT, True),
        (UserEvents(), frozenset({"connect"}), DISCONNECTED, False),
        (UserEvents(frozenset({"hi"})), frozenset(), HELLO, True),
        (UserEvents(frozenset({"hi"})), frozenset(), SHOUTED, True),
        (UserEvents(frozenset({"hit"})), frozenset(), HELLO, False),
    ],
)
def test_filters(
    user: UserEvents, system: frozenset[str], event: AnyEventRequest, selected: bool
) -> None:
    """User events and system events never stand for each other, and letter case means nothing."""
    assert (first_handler([handler("a", user, system)], event) is not None) is selected


BOTH = frozenset({"joined", "left"})


@pytest.mark.parametrize(
    ("presence", "event", "selected"),
    [
        (GroupPresence(), JOINED, False),
        (GroupPresence(BOTH), JOINED, True),
        (GroupPresence(BOTH), LEFT, True),
        (GroupPresence(frozenset({"left"})), JOINED, False),
        (GroupPresence(BOTH, ("lobby", "room-*")), JOINED, True),
        (GroupPresence(BOTH, ("lobby", "Room-*")), JOINED, False),
        (GroupPresence(BOTH), CONNECTED, False),
        (GroupPresence(BOTH), a_user_event(HELLO.message, "joined"), False),
    ],
)
def test_filters_of_groups(presence: GroupPresence, event: ServiceEvent, selected: bool) -> None:
    """Name and group must both be meant; without patterns every group is."""
    chosen = EventHandlerSettings(url_template="a", events=EventFilter(group_presence=presence))
    assert (first_handler([chosen], event) is not None) is selected


@pytest.mark.parametrize("event", [JOINED, LEFT])
def test_nothing_else_selects_groups(event: ServiceEvent) -> None:
    """Neither every user event nor every system event."""
    assert first_handler([handler("a", EVERY, frozenset(SYSTEM_EVENTS))], event) is None


def test_the_first_one_that_selects_the_event_gets_it() -> None:
    """Order decides, and no handler is better than another."""
    handlers = [handler("a"), handler("b", UserEvents(frozenset({"hi"}))), handler("c", EVERY)]
    chosen = first_handler(handlers, HELLO)
    assert chosen is handlers[1]
    assert first_handler(handlers[:1], HELLO) is None
