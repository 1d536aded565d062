"""How the service stands: its address, its hubs, and where their events go."""

from collections.abc import Iterator
from typing import Any

import msgspec

from webpubsub.dashboard.app_view import AppView
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventListenerSettings,
    FileTarget,
    HubSettings,
)
from webpubsub.service.hub_settings.rules import without_secrets
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY

_MASK = "••••••••"


class ShownHub(msgspec.Struct, frozen=True, rename="camel"):
    """A hub; ``routes`` are the places that its events go to, as pairs of events and target."""

    name: str
    connections: int
    users: int
    groups: int
    routes: list[tuple[str, str]]
    anonymous: bool


def state(service: Service, app: AppView | None, now: float) -> dict[str, Any]:
    """Everything the overview shows. A key that somebody has set is not in it; ``now`` is in
    seconds since the epoch."""
    development = service.settings.access_keys[0] == DEVELOPMENT_KEY
    text = service.connection_string
    hubs = list(_hubs(service, app))
    return {
        "now": now,
        "status": service.status.name.lower(),
        "endpoint": service.endpoint,
        "connectionString": text if development else _masked(text, service),
        "developmentKey": development,
        "hubs": hubs,
        "connections": service.hubs.session_count,
        "app": None if app is None else app.overview(),
    }


def _masked(text: str, service: Service) -> str:
    return text.replace(service.settings.access_keys[0], _MASK)


def _hubs(service: Service, app: AppView | None) -> Iterator[ShownHub]:
    known = {hub.name: hub for hub in service.hubs}
    functions = {} if app is None else app.functions_by_hub()
    for name in sorted({*known, *service.hub_settings.hubs, *functions}):
        hub = known.get(name)
        settings = service.hub_settings.of(name)
        yield ShownHub(
            name=name,
            connections=0 if hub is None else len(hub.sessions),
            users=0 if hub is None else len(hub.users),
            groups=0 if hub is None else len(hub.groups),
            routes=[*functions.get(name, ()), *_routes(settings)],
            anonymous=settings.allow_anonymous,
        )


def _routes(hub: HubSettings) -> Iterator[tuple[str, str]]:
    for handler in hub.event_handlers:
        yield _events(handler.events), f"webhook {without_secrets(handler.url_template)}"
    for listener in hub.event_listeners:
        yield _events(listener.events), f"listener {_target(listener)}"


def _events(events: EventFilter) -> str:
    names = sorted(events.system_events)
    names += ["every user event"] if events.user_events.every else sorted(events.user_events.names)
    return ", ".join([*names, *sorted(events.group_presence.events)])


def _target(listener: EventListenerSettings) -> str:
    target = listener.target
    return target.path if isinstance(target, FileTarget) else f"event hub {target.event_hub_name}"
