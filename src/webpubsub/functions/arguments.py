"""The arguments of the decorators, checked when an app is imported: hubs, events, connections."""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from webpubsub.functions.mistakes import AppMistake
from webpubsub.protocol.event_json import SYSTEM_EVENTS
from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.names import is_event_name, is_hub_name
from webpubsub.protocol.refusals import apps
from webpubsub.protocol.spelling import did_you_mean, listed

_TYPES = ("system", "user")
_SETTING = re.compile(r"%[^%]+%")
#: Text with ``{expressions}`` and with braces written twice.
_TEMPLATE = re.compile(r"(?:\{\{|\}\}|\{[^{}]+\}|[^{}])*")
#: Where a real setting name has no business, and a connection string always does.
_CONNECTION_STRING = re.compile(r"[;=]|://")


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """An event a function is for: its words in the binding, and the class of its request.

    ``kind`` is ``"system"`` or ``"user"``. ``request`` is None for a system event whose name comes
    from a setting. ``clients`` is ``"all"``, ``"webPubSub"`` or ``"mqtt"``.
    """

    kind: str
    name: str
    request: type[AnyEventRequest] | None
    clients: str = "all"

    @property
    def waits(self) -> bool:
        """Whether anybody reads what the function returns."""
        return self.kind == "user" or self.name == "connect" or self.request is None


def event_of(decorator: str, event_type: Any, event_name: Any, clients: str = "all") -> Event:
    """The event these words name, of these clients. Raises AppMistake."""
    return msgspec.structs.replace(_event(decorator, event_type, event_name), clients=clients)


def _event(decorator: str, event_type: Any, event_name: Any) -> Event:
    kind = str(event_type).lower()
    if kind not in _TYPES:
        raise AppMistake(
            apps.EVENT_TYPE_UNKNOWN,
            f"{decorator}: event_type must be {listed(_TYPES)}, not {event_type!r}."
            + (did_you_mean(kind, _TYPES) or _belongs(event_name)),
        )
    if not isinstance(event_name, str) or not event_name:
        raise AppMistake(
            apps.EVENT_NAME_UNKNOWN, f"{decorator}: event_name must be a str, not {event_name!r}."
        )
    if kind == "system":
        return _system_event(decorator, event_name)
    return _user_event(decorator, event_name)


def _belongs(event_name: Any) -> str:
    kind = "system" if str(event_name).lower() in SYSTEM_EVENTS else "user"
    return f" The event {event_name!r} is of type '{kind}'."


def _system_event(decorator: str, name: str) -> Event:
    if _SETTING.search(name):
        return Event(kind="system", name=name, request=None)
    request = SYSTEM_EVENTS.get(name.lower())
    if request is not None:
        return Event(kind="system", name=name.lower(), request=request)
    suggestion = did_you_mean(name, SYSTEM_EVENTS)
    if not suggestion and is_event_name(name):
        raise AppMistake(
            apps.EVENT_PAIR_WRONG,
            f"{decorator}: there is no system event '{name}'; the system events are "
            f"{listed(SYSTEM_EVENTS)}. An event that clients send has event_type='user'.",
        )
    raise AppMistake(
        apps.EVENT_NAME_UNKNOWN,
        f"{decorator}: event_name must be {listed(SYSTEM_EVENTS)} when event_type is 'system', "
        f"not '{name}'.{suggestion}",
    )


def _user_event(decorator: str, name: str) -> Event:
    if name.lower() in SYSTEM_EVENTS:
        raise AppMistake(
            apps.EVENT_PAIR_WRONG,
            f"{decorator}: '{name}' is a system event. Write event_type='system'.",
        )
    if not is_event_name(_without_settings(name)):
        raise AppMistake(
            apps.EVENT_NAME_UNKNOWN,
            f"{decorator}: clients cannot send an event named '{name}'. A name is a letter, then "
            "up to 127 letters, digits or any of _ . -; there are no wildcards.",
        )
    return Event(kind="user", name=name, request=UserEventRequest)


def check_hub(decorator: str, hub: Any, *, expressions: bool) -> str:
    """A hub the service accepts. ``%SETTING%`` stands for itself, and ``{expression}`` where the
    host resolves them. Raises AppMistake."""
    if not isinstance(hub, str):
        raise AppMistake(apps.HUB_INVALID, f"{decorator}: hub must be a str, not {hub!r}.")
    if "{" in hub and "}" in hub:
        if expressions and _TEMPLATE.fullmatch(hub):
            return hub
        if expressions:
            raise AppMistake(apps.HUB_INVALID, _unbalanced(decorator, "hub", hub))
        raise AppMistake(
            apps.HUB_INVALID,
            f"{decorator}: hub is '{hub}', and a trigger's hub cannot depend on the event. Name a "
            "hub, or write '%SETTING%' to take its name from an app setting.",
        )
    if not is_hub_name(_without_settings(hub)):
        raise AppMistake(
            apps.HUB_INVALID,
            f"{decorator}: the service has no hub named '{hub}'. A hub name is a letter, then up "
            "to 127 letters, digits or any of _ ` , . [ ]; '%SETTING%' takes it from an app "
            "setting.",
        )
    return hub


def _without_settings(name: str) -> str:
    """The name with a letter in the place of each setting, for what it holds is not known yet."""
    return _SETTING.sub("a", name)


def check_connection(decorator: str, connection: Any) -> str | None:
    """The name of the setting that holds the connection string. Raises AppMistake, which does not
    show the value, because it may be the string itself."""
    return None if connection is None else _setting_name(decorator, connection)


def _setting_name(decorator: str, connection: Any) -> str:
    if not isinstance(connection, str) or not connection:
        raise AppMistake(
            apps.CONNECTION_INVALID,
            f"{decorator}: connection must be the name of an app setting. Leave it out to use "
            "'WebPubSubConnectionString'.",
        )
    if _CONNECTION_STRING.search(connection):
        raise AppMistake(
            apps.CONNECTION_INVALID,
            f"{decorator}: connection must be the name of the app setting that holds the "
            "connection string, not the string itself.",
        )
    if _SETTING.search(connection):
        raise AppMistake(
            apps.CONNECTION_INVALID,
            f"{decorator}: connection is '{connection}', and %SETTING% is not replaced in names of "
            "connections. Write the name of the app setting without percent signs.",
        )
    return connection


def check_connections(decorator: str, connections: Any) -> Sequence[str] | None:
    """The names of settings. Raises AppMistake."""
    if connections is None:
        return None
    if not _is_list(connections):
        is_text = isinstance(connections, str)
        mend = f" Write [{_setting_name(decorator, connections)!r}]." if is_text else ""
        raise AppMistake(
            apps.CONNECTION_INVALID,
            f"{decorator}: connections must be a list of names of app settings.{mend}",
        )
    names = [_setting_name(decorator, name) for name in connections]
    if len(set(names)) < len(names):
        raise AppMistake(
            apps.CONNECTION_INVALID,
            f"{decorator}: connections names a setting twice, and Azure refuses two connections of "
            "one service. Name each once.",
        )
    return names


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def check_user_id(decorator: str, user_id: Any) -> str | None:
    """Whose connection it will be, or None. Raises AppMistake."""
    if user_id is None:
        return None
    if not isinstance(user_id, str):
        raise AppMistake(
            apps.OPTION_INVALID,
            f"{decorator}: user_id must be a str such as '{{query.user}}', not {user_id!r}.",
        )
    if not _TEMPLATE.fullmatch(user_id):
        raise AppMistake(apps.OPTION_INVALID, _unbalanced(decorator, "user_id", user_id))
    return user_id


def _unbalanced(decorator: str, name: str, seen: str) -> str:
    return (
        f"{decorator}: {name} is '{seen}', in which a brace has no partner, so that every call "
        "would fail. Write '{query.user}' for an expression, and '{{' or '}}' for a brace."
    )


def check_word(decorator: str, name: str, value: Any, known: Sequence[str]) -> str | None:
    """One of the known words, or None. Raises AppMistake."""
    if value is None or value in known:
        return value if value is None else str(value)
    raise AppMistake(
        apps.OPTION_INVALID,
        f"{decorator}: {name} must be {listed(known)}, not {value!r}."
        + did_you_mean(str(value), known),
    )
