"""Who is told of an event, besides the one handler that answers it.

Specification: upstream-events sections 2.2 and 16.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from webpubsub.protocol.events import AnyEventRequest, EventType
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventHubTarget,
    FileTarget,
)
from webpubsub.service.listeners.courier import Courier
from webpubsub.service.listeners.event_hubs import EventHub
from webpubsub.service.listeners.file import JsonLinesFile
from webpubsub.service.listeners.target import Target
from webpubsub.service.observation import ObservationPoint

TargetSettings: TypeAlias = EventHubTarget | FileTarget

#: A listener cannot answer, so it is never asked whether a client may connect.
_SYSTEM_EVENTS = frozenset(("connected", "disconnected"))
#: How long pending events may take when the service stops, in seconds.
STOP_TIMEOUT = 10.0


def target_of(settings: TargetSettings) -> Target:
    """The target that the settings describe."""
    if isinstance(settings, FileTarget):
        return JsonLinesFile(settings.path)
    return EventHub(settings)


def selects(events: EventFilter, event: AnyEventRequest) -> bool:
    """Whether a listener with this filter is told of the event."""
    context = event.connection_context
    if context.event_type is EventType.USER:
        return events.user_events.selects(context.event_name)
    return selects_system_event(events, context.event_name)


def selects_system_event(events: EventFilter, name: str) -> bool:
    """Whether it is told of system events of this name."""
    return name in events.system_events & _SYSTEM_EVENTS


class Listeners:
    """The listeners of all hubs, as the settings name them at the time of each event.

    Listeners that name the same target share its queue; each of them is told. ``make_target`` makes
    a target from its settings.
    """

    def __init__(
        self,
        hub_settings: AllHubSettings,
        make_target: Callable[[TargetSettings], Target] = target_of,
        point: ObservationPoint | None = None,
    ) -> None:
        self._hub_settings = hub_settings
        self._point = point or ObservationPoint()
        self._make_target = make_target
        self._couriers: dict[TargetSettings, Courier] = {}
        self._leaving: set[asyncio.Task[None]] = set()
        self._stopped = False

    async def start(self) -> None:
        """Check every target that is named now. Raises ListenerError when one cannot be used."""
        for settings in self._named():
            await self._make_target(settings).check()

    def tell(self, event: AnyEventRequest) -> bool:
        """Tell every listener of the hub that selects the event; whether there was one.

        Nothing is awaited: what becomes of the event later is only logged.
        """
        if not self._hub_settings.has_listeners:
            return False
        told = False
        for listener in self._hub_settings.of(event.hub).event_listeners:
            if selects(listener.events, event):
                told = True
                if not self._stopped:
                    self._courier(listener.target).put(event)
        return told

    def wants(self, hub: str, system_event: str) -> bool:
        """Whether any listener of the hub, by its lower-case name, selects a system event."""
        for listener in self._hub_settings.of(hub).event_listeners:
            if selects_system_event(listener.events, system_event):
                return True
        return False

    async def stop(self, seconds: float = STOP_TIMEOUT) -> None:
        """Give pending events so much time, and close the targets."""
        self._stopped = True
        stops = [courier.stop(seconds) for courier in self._couriers.values()]
        self._couriers.clear()
        await asyncio.gather(*stops, *self._leaving)

    def _courier(self, settings: TargetSettings) -> Courier:
        courier = self._couriers.get(settings)
        if courier is None:
            self._retire_others(settings)
            courier = self._couriers[settings] = Courier(
                self._make_target(settings), point=self._point
            )
        return courier

    def _retire_others(self, newcomer: TargetSettings) -> None:
        """A new target appears after the settings have changed, and others may have gone then."""
        for settings in self._couriers.keys() - self._named() - {newcomer}:
            stop = self._couriers.pop(settings).stop(STOP_TIMEOUT)
            task = asyncio.get_running_loop().create_task(stop)
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def _named(self) -> frozenset[TargetSettings]:
        return frozenset(
            listener.target
            for hub in self._hub_settings.hubs.values()
            for listener in hub.event_listeners
        )
