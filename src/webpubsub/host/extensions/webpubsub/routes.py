"""Which function takes which event.

A hub's event has one function per kind of client; there are no wildcards. Specification: bindings
sections 2.2 and 3.5.
"""

from collections.abc import Iterator, Sequence

import msgspec

from webpubsub.host.extension import BindingError, Invoke
from webpubsub.host.extensions.webpubsub.accesses import EVERYBODY, AccessList
from webpubsub.host.extensions.webpubsub.answer_traps import Look, unseen
from webpubsub.host.extensions.webpubsub.properties import (
    check_direction,
    checked_hub,
    choice,
    optional_text,
    required,
    wrong,
)
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.protocol import traps
from webpubsub.protocol.binding_json import shown
from webpubsub.protocol.event_json import SYSTEM_EVENTS
from webpubsub.protocol.events import ConnectionContext, EventType
from webpubsub.protocol.names import is_event_name
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.protocol.traps import Tell, untold

_EVENT_TYPES = ("system", "user")
_CLIENT_PROTOCOLS = ("all", "webPubSub", "mqtt")
_ANY_CLIENT = "all"
_WEB_PUBSUB_CLIENT = "webPubSub"
_MQTT_CLIENT = "mqtt"


class TriggerKey(msgspec.Struct, frozen=True):
    """Which events a trigger takes; ``hub`` and ``event_name`` are in lower case.

    ``client_protocol`` is ``all``, ``webPubSub`` or ``mqtt``.
    """

    hub: str
    event_type: EventType
    event_name: str
    client_protocol: str = _ANY_CLIENT

    def __str__(self) -> str:
        clients = (
            "" if self.client_protocol == _ANY_CLIENT else f" of {self.client_protocol} clients"
        )
        return (
            f"the {self.event_type.lower()} event '{self.event_name}' of hub '{self.hub}'{clients}"
        )


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A function that takes events, how it receives them, and who may send them over HTTP.

    ``tell`` is told of its traps, and ``look`` is shown its answers.
    """

    function: FunctionMetadata
    invoke: Invoke
    parameter: str
    data_type: str | None
    accesses: AccessList = EVERYBODY
    tell: Tell = untold
    look: Look = unseen


class Routes:
    """The functions by the events they take."""

    def __init__(self) -> None:
        self._by_event: dict[tuple[str, EventType, str], dict[str, Route]] = {}

    def add(self, key: TriggerKey, route: Route) -> None:
        """Take on a function. Raises BindingError when another one has the event."""
        routes = self._by_event.setdefault((key.hub, key.event_type, key.event_name), {})
        taken = routes.setdefault(key.client_protocol, route)
        if taken is not route:
            route.tell(traps.BINDING_DUPLICATE, f"asks for {key}, as '{taken.function.name}' does")
            raise BindingError(
                f"{key} is taken by function '{taken.function.name}', and an event has one "
                "function. Give one of them another event, or join them."
            )

    def find(self, context: ConnectionContext) -> Route | None:
        """The function for an event; one for its kind of client comes before one for all."""
        name = context.event_name.lower()
        routes = self._by_event.get((context.hub.lower(), context.event_type, name))
        if routes is None:
            return None
        client = _WEB_PUBSUB_CLIENT if context.physical_connection_id is None else _MQTT_CLIENT
        return routes.get(client) or routes.get(_ANY_CLIENT)

    def has(self, hub: str, event_type: EventType, name: str) -> bool:
        """Whether there is a function for an event of a hub, for any kind of client; both names in
        lower case."""
        return (hub, event_type, name) in self._by_event

    @property
    def events(self) -> Sequence[tuple[str, EventType, str]]:
        """Hub, type and name of every event that a function takes, in the order of the app."""
        return tuple(self._by_event)

    def __iter__(self) -> Iterator[Route]:
        return (route for routes in self._by_event.values() for route in routes.values())


def trigger_key(binding: Binding, default_hub: str | None) -> TriggerKey:
    """What a trigger binding asks for. Raises BindingError."""
    check_direction(binding, "in")
    event_type = _event_type(binding)
    protocol = binding.get("clientProtocols")
    return TriggerKey(
        hub=checked_hub(binding, optional_text(binding, "hub") or default_hub),
        event_type=event_type,
        event_name=_event_name(binding, event_type),
        client_protocol=_ANY_CLIENT
        if protocol is None
        else choice(binding, "clientProtocols", protocol, _CLIENT_PROTOCOLS),
    )


def _event_type(binding: Binding) -> EventType:
    value = choice(binding, "eventType", required(binding, "eventType"), _EVENT_TYPES)
    return EventType.USER if value == "user" else EventType.SYSTEM


def _event_name(binding: Binding, event_type: EventType) -> str:
    value = required(binding, "eventName")
    if not isinstance(value, str):
        raise wrong(binding, f"'eventName' must be a string, not {shown(value)}.")
    name = value.lower()
    if event_type is EventType.SYSTEM and name not in SYSTEM_EVENTS:
        raise wrong(
            binding,
            f"there is no system event {value!r}.{did_you_mean(name, SYSTEM_EVENTS)} System events "
            f"are {listed(SYSTEM_EVENTS)}; events with names of your own have the 'eventType' "
            "'user'.",
        )
    if not is_event_name(name):
        raise wrong(
            binding,
            f"no client can send an event called {value!r}. The 'eventName' is a letter, then up "
            "to 127 letters, digits or any of _ . - and there are no wildcards.",
        )
    return name
