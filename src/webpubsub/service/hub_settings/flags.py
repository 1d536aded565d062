"""Event handlers as they are given on the command line: ``HUB[:EVENTS]=URL``."""

from collections.abc import Iterable, Mapping

import msgspec

from webpubsub.service.hub_settings.located import HubSettingsError, KeyPath, Setting, Source
from webpubsub.service.hub_settings.model import (
    ANY_EVENT,
    PRESENCE_EVENTS,
    SYSTEM_EVENTS,
    EventFilter,
    EventHandlerSettings,
    GroupPresence,
    HubSettings,
    UserEvents,
)
from webpubsub.service.hub_settings.rules import check_hub_name, read_url, read_user_events

_OPTION = "--event-handler"


def hubs_from_flags(flags: Iterable[str]) -> dict[str, HubSettings]:
    """The handlers by hub name, in the order given.

    Without EVENTS a handler gets every system and user event. EVENTS are names with commas between
    them: those of system events stand for these, ``joined`` and ``left`` for what happens in every
    group, all others for user events, ``*`` for every user event. Raises HubSettingsError.
    """
    hubs: dict[str, HubSettings] = {}
    for flag in flags:
        hub, handler = _parse(flag)
        before = hubs.get(hub, HubSettings()).event_handlers
        hubs[hub] = HubSettings(event_handlers=(*before, handler))
    return hubs


def with_flags(
    hubs: Mapping[str, HubSettings], flags: Mapping[str, HubSettings]
) -> dict[str, HubSettings]:
    """The settings of a file with those of flags laid over them: what a flag says comes first."""
    merged = dict(hubs)
    for name, given in flags.items():
        settings = merged.get(name, HubSettings())
        handlers = (*given.event_handlers, *settings.event_handlers)
        merged[name] = msgspec.structs.replace(settings, event_handlers=handlers)
    return merged


def _parse(flag: str) -> tuple[str, EventHandlerSettings]:
    target, separator, url = flag.partition("=")
    hub, colon, names = target.partition(":")
    if not separator or "//" in target:
        # Without a hub in front, what is left of the first = is part of the URL.
        raise HubSettingsError(
            f"{_OPTION} must be HUB=URL or HUB:EVENTS=URL, such as "
            "'chat=http://localhost:8000/eventhandler'."
        )
    check_hub_name(_setting("hub", hub), hub)
    return hub.lower(), EventHandlerSettings(
        url_template=read_url(_setting("the URL", url)),
        events=_events(names) if colon else _EVERYTHING,
    )


def _events(names: str) -> EventFilter:
    given = [name.strip() for name in names.split(",")]
    folded = frozenset(name.lower() for name in given)
    others = [name for name in given if name.lower() not in _NAMED]
    return EventFilter(
        user_events=_user_events(others),
        system_events=folded & {*SYSTEM_EVENTS},
        group_presence=GroupPresence(folded & {*PRESENCE_EVENTS}),
    )


def _user_events(names: list[str]) -> UserEvents:
    if ANY_EVENT in names:
        return UserEvents(every=True)
    return read_user_events(_setting("EVENTS", names)) if names else UserEvents()


_NAMED = {*SYSTEM_EVENTS, *PRESENCE_EVENTS}
_EVERYTHING = EventFilter(
    user_events=UserEvents(every=True), system_events=frozenset(SYSTEM_EVENTS)
)


def _setting(name: str, value: object) -> Setting:
    return Setting(Source(_OPTION, {}, _label), (name,), value)


def _label(path: KeyPath) -> str:
    return str(path[0])
