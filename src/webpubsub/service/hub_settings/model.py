"""The settings of a hub as values, wherever they were written down.

Specification: upstream-events sections 2, 12, 14 and 16.
"""

from collections.abc import Mapping

import msgspec

from webpubsub.protocol.group_patterns import matches

SYSTEM_EVENTS = ("connect", "connected", "disconnected")
PRESENCE_EVENTS = ("joined", "left")
ANY_EVENT = "*"


class UserEvents(msgspec.Struct, frozen=True):
    """Which user events are selected: ``names`` in lower case, or every one."""

    names: frozenset[str] = frozenset()
    every: bool = False

    def selects(self, event: str) -> bool:
        """Whether the user event of this name, in any letter case, is selected."""
        return self.every or event.lower() in self.names


class GroupPresence(msgspec.Struct, frozen=True):
    """Which of ``joined`` and ``left`` are selected, in the groups that match one of ``filters``
    or, without any, in every group. A filter is a pattern as in roles (client-protocols section
    6.2)."""

    events: frozenset[str] = frozenset()
    filters: tuple[str, ...] = ()

    def selects(self, event: str, group: str) -> bool:
        """Whether the event of this name in this group is selected."""
        if event not in self.events:
            return False
        return not self.filters or any(matches(pattern, group) for pattern in self.filters)


class EventFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which events of a hub are selected. Events of the three kinds never stand for each other."""

    user_events: UserEvents = UserEvents()
    system_events: frozenset[str] = frozenset()
    group_presence: GroupPresence = GroupPresence()


class ManagedIdentity(msgspec.Struct, frozen=True):
    """That a webhook knows the service by tokens of its managed identity; ``resource`` is the
    audience of these tokens."""

    resource: str


class EventHandlerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """A webhook: its URL template, which may hold ``{hub}`` and ``{event}``, what it gets, and how
    it knows the service besides the signature."""

    url_template: str
    events: EventFilter = EventFilter()
    auth: ManagedIdentity | None = None


class EventHubTarget(msgspec.Struct, frozen=True, kw_only=True):
    """An event hub of Azure Event Hubs: by namespace and identity, or by connection string."""

    event_hub_name: str
    fully_qualified_namespace: str | None = None
    connection_string: str | None = None

    def __repr__(self) -> str:
        return f"EventHubTarget(event_hub_name={self.event_hub_name!r})"


class FileTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A file that gets one JSON line for each event, for development."""

    path: str


class EventListenerSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who is told of events and never answers."""

    events: EventFilter
    target: EventHubTarget | FileTarget


class HubSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is set for one hub.

    The first handler whose filter selects an event gets it. ``ping_interval`` is in seconds, None
    for that of the service.
    """

    event_handlers: tuple[EventHandlerSettings, ...] = ()
    event_listeners: tuple[EventListenerSettings, ...] = ()
    allow_anonymous: bool = False
    ping_interval: float | None = None


#: The settings of a hub that nobody has set anything for.
NO_SETTINGS = HubSettings()


class AllHubSettings:
    """The settings of all hubs as they are now; replacing them affects later events only."""

    def __init__(self, hubs: Mapping[str, HubSettings] | None = None) -> None:
        self._hubs: Mapping[str, HubSettings] = {}
        self.replace(hubs or {})

    def replace(self, hubs: Mapping[str, HubSettings]) -> None:
        """Put other settings, by hub name in any letter case, in the place of all these."""
        self._hubs = {name.lower(): settings for name, settings in hubs.items()}
        #: Whether any hub has listeners.
        self.has_listeners = any(hub.event_listeners for hub in hubs.values())
        #: Whether any handler is to be told who joins and leaves groups.
        self.wants_presence = any(
            handler.events.group_presence.events
            for hub in hubs.values()
            for handler in hub.event_handlers
        )

    def of(self, hub: str) -> HubSettings:
        """The settings of a hub by its lower-case name; there is no catch-all."""
        return self._hubs.get(hub, NO_SETTINGS)

    @property
    def hubs(self) -> Mapping[str, HubSettings]:
        """The settings of every hub that has some, by its lower-case name."""
        return self._hubs
