"""The settings of hubs as they are written in ``webpubsub.toml``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from webpubsub.service.hub_settings.lines import toml_lines
from webpubsub.service.hub_settings.located import HubSettingsError, KeyPath, Setting, Source
from webpubsub.service.hub_settings.model import (
    SYSTEM_EVENTS,
    EventFilter,
    EventHandlerSettings,
    EventListenerSettings,
    FileTarget,
    HubSettings,
    ManagedIdentity,
)
from webpubsub.service.hub_settings.rules import (
    LISTENER_EVENTS,
    EventHubKeys,
    check_hub_name,
    check_listeners,
    checked_filter,
    read_auth,
    read_event_hub,
    read_group_presence,
    read_system_events,
    read_url,
    read_user_events,
)

_TOP = ("hubs", "service")
_HUB = ("anonymous", "event_handlers", "event_listeners", "ping_interval")
_HANDLER = ("auth", "group_events", "group_filters", "system_events", "url", "user_events")
_LISTENER = ("event_hub", "file", "system_events", "user_events")
_EVENT_HUB = EventHubKeys("name", "namespace", "connection_string")
_FILTER = ("user_events", "system_events")
_HANDLER_FILTER = (*_FILTER, "group_events")


def toml_setting(text: str, path: Path) -> Setting:
    """Everything that the text of a TOML file holds. Raises HubSettingsError."""
    try:
        value = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HubSettingsError(f"{path} is not valid TOML: {error}") from None
    return Setting(Source(str(path), toml_lines(text), _label), (), value)


def table_setting(value: Mapping[str, Any], name: str) -> Setting:
    """The same for what would be in such a file, and is somewhere called ``name``."""
    return Setting(Source(name, {}, _label), (), value)


def hubs_from_toml(text: str, path: Path) -> dict[str, HubSettings]:
    """The settings by hub name that a TOML text holds. ``path`` is its file, and relative paths
    in it start from the folder of that file.

    Raises HubSettingsError.
    """
    return hubs_from_setting(toml_setting(text, path), path.parent)


def hubs_from_setting(top: Setting, folder: Path) -> dict[str, HubSettings]:
    """The same for everything that such a file holds; relative paths in it start from ``folder``.
    Raises HubSettingsError."""
    tables = top.table(_TOP)
    hubs: dict[str, HubSettings] = {}
    for hub, setting in (tables["hubs"].entries() if "hubs" in tables else {}).items():
        check_hub_name(setting, hub)
        if hub.lower() in hubs:
            setting.fail(f"the hub '{hub}' is there twice; letter case means nothing in its name.")
        hubs[hub.lower()] = _hub(setting, folder)
    check_listeners(top, hubs)
    return hubs


def _label(path: KeyPath) -> str:
    parts = (f"[{key}]" if isinstance(key, int) else f".{key}" for key in path)
    return "".join(parts).removeprefix(".")


def _hub(setting: Setting, folder: Path) -> HubSettings:
    table = setting.table(_HUB)
    handlers = table["event_handlers"].items() if "event_handlers" in table else []
    listeners = table["event_listeners"].items() if "event_listeners" in table else []
    return HubSettings(
        event_handlers=tuple(_handler(item) for item in handlers),
        event_listeners=tuple(_listener(item, folder) for item in listeners),
        allow_anonymous="anonymous" in table and _boolean(table["anonymous"]),
        ping_interval=_seconds(table["ping_interval"]) if "ping_interval" in table else None,
    )


def _handler(setting: Setting) -> EventHandlerSettings:
    table = setting.table(_HANDLER)
    if "url" not in table:
        setting.fail(f"{_label(setting.path)} has no 'url', to which its events go.")
    return EventHandlerSettings(
        url_template=read_url(table["url"]),
        events=_events(setting, table, SYSTEM_EVENTS, _HANDLER_FILTER),
        auth=_auth(table["auth"]) if "auth" in table else None,
    )


def _auth(setting: Setting) -> ManagedIdentity | None:
    table = setting.table(("resource", "type"))
    return read_auth(setting, table.get("type"), table.get("resource"))


def _listener(setting: Setting, folder: Path) -> EventListenerSettings:
    table = setting.table(_LISTENER)
    if ("file" in table) == ("event_hub" in table):
        setting.fail(f"{_label(setting.path)} must have one of 'event_hub' and 'file'.")
    return EventListenerSettings(
        events=_events(setting, table, LISTENER_EVENTS, _FILTER),
        target=(
            FileTarget(path=str(folder / table["file"].text("the path of a file")))
            if "file" in table
            else read_event_hub(table["event_hub"], _EVENT_HUB)
        ),
    )


def _events(
    setting: Setting, table: dict[str, Setting], known: tuple[str, ...], keys: tuple[str, ...]
) -> EventFilter:
    events = EventFilter(
        user_events=read_user_events(table.get("user_events")),
        system_events=read_system_events(table.get("system_events"), known),
        group_presence=read_group_presence(table.get("group_events"), table.get("group_filters")),
    )
    return checked_filter(setting, events, keys)


def _boolean(setting: Setting) -> bool:
    if not isinstance(setting.value, bool):
        setting.wrong("true or false")
    return setting.value


def _seconds(setting: Setting) -> float:
    value = setting.value
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not 1 <= value <= 120:
        setting.wrong("1 to 120 seconds")
    return float(value)
