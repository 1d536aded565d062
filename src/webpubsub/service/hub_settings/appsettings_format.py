"""The settings of hubs as the official emulator reads them from its ``appsettings.json``.

.NET lays nested objects and names with colons over each other, in any letter case, so the file is
taken apart into single values and put together again. Specification: upstream-events sections 2, 12
and 14.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from webpubsub.protocol.json_comments import without_comments, without_last_commas
from webpubsub.protocol.spelling import did_you_mean
from webpubsub.service.hub_settings.lines import json_lines
from webpubsub.service.hub_settings.located import HubSettingsError, KeyPath, Setting, Source
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventHandlerSettings,
    EventListenerSettings,
    GroupPresence,
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

_HUB = ("EventHandlers", "EventListeners")
_HANDLER = ("UrlTemplate", "EventPattern", "SystemEvents", "GroupPresenceEvents", "Auth")
_AUTH = ("Type", "ManagedIdentity")
_IDENTITY = ("Resource",)
_PRESENCE = ("EventNames", "GroupFilters")
_SELECTION = ("EventPattern", "SystemEvents", "GroupPresenceEvents")
_LISTENER = ("EventNameFilter", "EventHubEndpoint")
_FILTER = ("UserEventPattern", "SystemEvents")
_EVENT_HUB = EventHubKeys("EventHubName", "FullyQualifiedNamespace", "ConnectionString")
#: Every name that may stand below a hub, in the letter case it is documented in.
_NAMES = {
    name.lower(): name
    for name in (
        *_HUB,
        *_HANDLER,
        *_AUTH,
        *_IDENTITY,
        *_PRESENCE,
        *_LISTENER,
        *_FILTER,
        *_EVENT_HUB,
    )
}
_ROOT = ("WebPubSub", "Hubs")


def hubs_from_appsettings(text: str, path: Path) -> dict[str, HubSettings]:
    """The settings by hub name under ``WebPubSub:Hubs`` of a JSON text, which may have comments and
    commas behind the last item. Everything else in it is left alone. ``path`` is its file.

    Raises HubSettingsError.
    """
    top = _located(text, str(path))
    hubs: dict[str, HubSettings] = {}
    for hub, setting in top.entries().items():
        check_hub_name(setting, hub)
        hubs[hub.lower()] = _hub(setting)
    check_listeners(top, hubs)
    return hubs


class _Leaf(msgspec.Struct, frozen=True):
    """One value: its keys as .NET sees them, and where it stands in the JSON."""

    keys: tuple[str, ...]
    path: KeyPath
    value: Any


def _located(text: str, name: str) -> Setting:
    """What is under ``WebPubSub:Hubs``."""
    plain = without_last_commas(without_comments(text))
    try:
        value = json.loads(plain)
    except json.JSONDecodeError as error:
        where = f"{name}, line {error.lineno}"
        raise HubSettingsError(f"{where}: this is not valid JSON: {error.msg}.") from None
    if not isinstance(value, dict):
        raise HubSettingsError(f"{name} must hold a JSON object.")
    written = Source(name, json_lines(plain), _label)
    lines: dict[KeyPath, int] = {}
    tree: dict[str, Any] = {}
    for leaf in _leaves(value, (), ()):
        keys = _below_root(leaf, written)
        if keys:
            _insert(tree, keys, leaf, written)
            line = written.line(leaf.path) or 1
            for length in range(1, len(keys) + 1):
                lines.setdefault((*_ROOT, *keys[:length]), line)
    return Setting(Source(name, lines, _label), _ROOT, tree)


def _leaves(value: object, keys: tuple[str, ...], path: KeyPath) -> Iterator[_Leaf]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _leaves(inner, (*keys, *key.split(":")), (*path, key))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _leaves(inner, (*keys, str(index)), (*path, index))
    elif value is not None:
        yield _Leaf(keys, path, value)


def _below_root(leaf: _Leaf, written: Source) -> tuple[str, ...]:
    """The keys below ``WebPubSub:Hubs``, in their documented letter case, or nothing."""
    product, hubs, *below = (*leaf.keys, "", "")[: max(2, len(leaf.keys))]
    if product.lower() != _ROOT[0].lower():
        return ()
    if hubs.lower() == _ROOT[1].lower():
        if not below:
            Setting(written, leaf.path, leaf.value).wrong("a section with the names of hubs")
        return tuple(_NAMES.get(key.lower(), key) for key in below)
    hint = did_you_mean(hubs, _ROOT[1:])
    if hint:
        Setting(written, leaf.path, leaf.value).fail(f"{product} has no setting '{hubs}'.{hint}")
    return ()


def _insert(tree: dict[str, Any], keys: tuple[str, ...], leaf: _Leaf, written: Source) -> None:
    node: Any = tree
    for key in keys[:-1]:
        node = node.setdefault(key, {})
        if not isinstance(node, dict):
            break
    if not isinstance(node, dict) or keys[-1] in node:
        where = Setting(written, leaf.path, leaf.value)
        where.fail(f"{_label((*_ROOT, *keys))} is there twice, or both a value and a section.")
    node[keys[-1]] = leaf.value


def _label(path: KeyPath) -> str:
    return ":".join(str(key) for key in path)


def _hub(setting: Setting) -> HubSettings:
    table = setting.table(_HUB)
    handlers = table["EventHandlers"].items() if "EventHandlers" in table else []
    listeners = table["EventListeners"].items() if "EventListeners" in table else []
    return HubSettings(
        event_handlers=tuple(_handler(item) for item in handlers),
        event_listeners=tuple(_listener(item) for item in listeners),
    )


def _handler(setting: Setting) -> EventHandlerSettings:
    table = setting.table(_HANDLER)
    if "UrlTemplate" not in table:
        setting.fail(f"{_label(setting.path)} has no 'UrlTemplate', to which its events go.")
    events = EventFilter(
        user_events=read_user_events(table.get("EventPattern")),
        system_events=read_system_events(table.get("SystemEvents")),
        group_presence=_presence(table.get("GroupPresenceEvents")),
    )
    return EventHandlerSettings(
        url_template=read_url(table["UrlTemplate"]),
        events=checked_filter(setting, events, _SELECTION),
        auth=_auth(table["Auth"]) if "Auth" in table else None,
    )


def _auth(setting: Setting) -> ManagedIdentity | None:
    """The emulator refuses it; it is written as the resource has it."""
    table = setting.table(_AUTH)
    identity = table.get("ManagedIdentity")
    resource = identity.table(_IDENTITY).get("Resource") if identity else None
    return read_auth(setting, table.get("Type"), resource)


def _presence(setting: Setting | None) -> GroupPresence:
    """The emulator does not know it, so it is called as the resource calls it."""
    if setting is None:
        return GroupPresence()
    table = setting.table(_PRESENCE)
    return read_group_presence(table.get("EventNames"), table.get("GroupFilters"))


def _listener(setting: Setting) -> EventListenerSettings:
    table = setting.table(_LISTENER)
    for key in _LISTENER:
        if key not in table:
            setting.fail(f"{_label(setting.path)} has no '{key}'.")
    chosen = table["EventNameFilter"]
    names = chosen.table(_FILTER)
    events = EventFilter(
        user_events=read_user_events(names.get("UserEventPattern")),
        # The emulator lets connect stand here, and tells nobody of it.
        system_events=read_system_events(names.get("SystemEvents")) & {*LISTENER_EVENTS},
    )
    return EventListenerSettings(
        events=checked_filter(chosen, events, _FILTER),
        target=read_event_hub(table["EventHubEndpoint"], _EVENT_HUB),
    )
