"""What may be set, whichever file it is written in.

Specification: upstream-events sections 2, 3, 12, 14 and 16.
"""

from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import NamedTuple
from urllib.parse import urlsplit

from webpubsub.protocol.group_patterns import PatternError, parse_pattern
from webpubsub.protocol.names import is_event_name, is_hub_name
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.service.hub_settings.located import Setting
from webpubsub.service.hub_settings.model import (
    ANY_EVENT,
    PRESENCE_EVENTS,
    SYSTEM_EVENTS,
    EventFilter,
    EventHubTarget,
    GroupPresence,
    HubSettings,
    ManagedIdentity,
    UserEvents,
)

#: Of connect only a handler can be told, as it wants an answer.
LISTENER_EVENTS = ("connected", "disconnected")
MAX_LISTENERS = 10
_AUTH_KINDS = ("managedIdentity", "none")
_IDENTITY = "azure.identity"
_RESOURCE = "the audience of the tokens, such as api://my-app"
_WANTED_NAMES = (
    'names of user events (a letter, then letters, digits or any of _ . -), or "*" for every one'
)


class EventHubKeys(NamedTuple):
    """What the settings of an event hub are called in a file."""

    name: str
    namespace: str
    connection_string: str


def url_problem(template: str) -> str | None:
    """What a URL template must be and is not, or None when it can be used."""
    if template.startswith("{@Microsoft.KeyVault"):
        return "a URL: secrets of a key vault can be had on Azure only"
    if template.lower().startswith("tunnel:"):
        return "an http or https URL: the tunnel is a tool for a service on Azure"
    authority = _authority(template)
    if not authority or any(one.isspace() or not one.isprintable() for one in template):
        return "a URL such as http://localhost:8000/eventhandler"
    if "{" in authority:
        return "a URL with {hub} and {event} in the path or the query only, not in the host"
    return None


def _authority(url: str) -> str:
    """``host[:port]`` of an http or https URL, or nothing."""
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        is_url = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return ""
    return parts.netloc if is_url else ""


def without_secrets(template: str) -> str:
    """A URL template as it may be shown: a query often holds a key, and so may a user's name."""
    start, _, query = template.partition("?")
    scheme, separator, rest = start.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}" + ("?…" if query else "")


def read_url(setting: Setting) -> str:
    """A URL template."""
    template = setting.text("a URL such as http://localhost:8000/eventhandler")
    problem = url_problem(template)
    if problem:
        setting.wrong(problem, seen=f'"{without_secrets(template)}"')
    return template


def read_user_events(setting: Setting | None) -> UserEvents:
    """``*``, or names: in one text with commas between them, or in an array."""
    if setting is None or setting.value == "":
        return UserEvents()
    if isinstance(setting.value, list):
        named = [(item, item.text(_WANTED_NAMES)) for item in setting.items()]
    else:
        text = setting.text(_WANTED_NAMES)
        named = [(setting, name.strip()) for name in text.split(",")]
    if [name for _, name in named] == [ANY_EVENT]:
        return UserEvents(every=True)
    for item, name in named:
        if not is_event_name(name):
            item.wrong(_WANTED_NAMES)
    return UserEvents(frozenset(name.lower() for _, name in named))


def read_system_events(
    setting: Setting | None, known: Sequence[str] = SYSTEM_EVENTS
) -> frozenset[str]:
    """Names of events that are ``known`` in an array, or ``*`` for all of them."""
    if setting is None:
        return frozenset()
    if setting.value == ANY_EVENT:
        return frozenset(known)
    return frozenset(_read_system_event(item, known) for item in setting.items())


def _read_system_event(setting: Setting, known: Sequence[str]) -> str:
    name = setting.text(listed(known)).lower()
    if name not in known:
        why = f": a listener cannot answer '{name}'" if name in SYSTEM_EVENTS else ""
        setting.wrong(f"{listed(known)}{why}", hint=did_you_mean(name, known))
    return name


def read_group_presence(events: Setting | None, filters: Setting | None) -> GroupPresence:
    """``joined`` and ``left`` in an array, or ``*`` for both; and patterns of group names in an
    array, without which every group is meant."""
    if events is None and filters is not None:
        filters.fail(
            f"{filters.source.label(filters.path)} has no effect without {listed(PRESENCE_EVENTS)}."
        )
    return GroupPresence(
        read_system_events(events, PRESENCE_EVENTS),
        tuple(_read_group_filter(item) for item in filters.items()) if filters else (),
    )


def _read_group_filter(setting: Setting) -> str:
    pattern = setting.value
    if not isinstance(pattern, str):
        setting.wrong("a pattern of group names such as room-*")
    try:
        parse_pattern(pattern)
    except PatternError as problem:
        setting.wrong(f"a pattern of group names such as room-*: {problem}")
    return pattern


def read_auth(
    setting: Setting, kind: Setting | None, resource: Setting | None
) -> ManagedIdentity | None:
    """How a webhook is to know the service: not at all, or by a managed identity, for which the
    extra must be installed."""
    label = setting.source.label(setting.path)
    if kind is None:
        setting.fail(f"{label} has no type, which is {listed(_AUTH_KINDS)}.")
    name = kind.text(listed(_AUTH_KINDS)).lower()
    if name not in (known.lower() for known in _AUTH_KINDS):
        kind.wrong(listed(_AUTH_KINDS), hint=did_you_mean(name, _AUTH_KINDS))
    if name == "none":
        return None
    if resource is None:
        setting.fail(f"{label} has no resource, {_RESOURCE}.")
    if not is_installed(_IDENTITY):
        setting.fail(f"{label} needs more packages: pip install 'webpubsub[local,identity]'")
    return ManagedIdentity(resource.text(_RESOURCE))


def is_installed(package: str) -> bool:
    """Whether a package can be imported."""
    try:
        return find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def checked_filter(setting: Setting, events: EventFilter, keys: Iterable[str]) -> EventFilter:
    """The same, if it selects anything."""
    if events == EventFilter():
        name = setting.source.label(setting.path)
        setting.fail(f"{name} selects no event. Give it {listed(keys)}.")
    return events


def check_hub_name(setting: Setting, name: str) -> None:
    """Refuse a name that no hub can have."""
    if name == ANY_EVENT:
        setting.fail("there are no settings for every hub: name each one.")
    if not is_hub_name(name):
        setting.fail(
            f"'{name}' cannot be the name of a hub: letters, digits and _ . , ` [ ] are allowed, "
            "beginning with a letter."
        )


def check_listeners(setting: Setting, hubs: Mapping[str, HubSettings]) -> None:
    """Refuse more listeners than there may be."""
    count = sum(len(hub.event_listeners) for hub in hubs.values())
    if count > MAX_LISTENERS:
        setting.fail(f"there are {count} event listeners, and at most {MAX_LISTENERS} can be used.")


def read_event_hub(setting: Setting, keys: EventHubKeys) -> EventHubTarget:
    """An event hub, with either the namespace it is in or a connection string."""
    table = setting.table(keys)
    name, namespace, connection = (table.get(key) for key in keys)
    if name is None:
        setting.fail(f"{setting.source.label(setting.path)} has no '{keys.name}'.")
    if (namespace is None) == (connection is None):
        setting.fail(
            f"{setting.source.label(setting.path)} must have one of '{keys.namespace}' and "
            f"'{keys.connection_string}'."
        )
    return EventHubTarget(
        event_hub_name=name.text(),
        fully_qualified_namespace=_read_namespace(namespace) if namespace else None,
        connection_string=_read_connection_string(connection) if connection else None,
    )


def _read_namespace(setting: Setting) -> str:
    wanted = "a host name such as NAME.servicebus.windows.net"
    namespace = setting.text(wanted)
    if "/" in namespace or ";" in namespace:
        # Whoever mistakes it for a connection string has put a key there.
        setting.wrong(wanted, seen="something else")
    return namespace


def _read_connection_string(setting: Setting) -> str:
    wanted = "that of a local emulator, with UseDevelopmentEmulator=true; use a namespace otherwise"
    if not isinstance(setting.value, str):
        setting.wrong(wanted)
    parts = (part.strip().lower() for part in setting.value.split(";"))
    if "usedevelopmentemulator=true" not in parts:
        setting.wrong(wanted, seen="another one")
    return setting.value.strip()
