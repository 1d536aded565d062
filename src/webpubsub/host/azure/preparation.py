"""What to set up on Azure for an app: its settings, the event handler of its hubs, its keys.

Specification: bindings sections 2.6 and 3.1, functions-python section 5.3.
"""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.connections import uses_of_connections
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.webpubsub.routes import TriggerKey, trigger_key
from webpubsub.host.settings.app_settings import LOCAL_SETTINGS
from webpubsub.protocol.events import EventType

#: The key of the webhook goes in the place of KEY.
URL_TEMPLATE = "https://HOST/runtime/webhooks/webpubsub?code=KEY"
SYSTEM_KEY = "webpubsub_extension"

_STORAGE = "AzureWebJobsStorage"
_TRIGGER = "webpubsubtrigger"
_HTTP = "httptrigger"
_OPEN = "anonymous"
#: What is set for this machine, or by Azure itself.
_NOT_COPIED = frozenset({"functions_worker_runtime", _STORAGE.lower()})


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """An app setting, and what it is for."""

    name: str
    purpose: str


class EventHandler(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What a hub of the resource needs to know: where to send which events."""

    hub: str
    url_template: str
    system_events: Sequence[str]
    user_events: Sequence[str]


class Preparation(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """All there is to set up. ``keyed_functions`` are the HTTP functions that ask for a key."""

    settings: Sequence[Setting]
    event_handlers: Sequence[EventHandler]
    keyed_functions: Sequence[str]


def preparation(app: AzureApp) -> Preparation:
    """What an app needs."""
    return Preparation(
        settings=list(_settings(app)),
        event_handlers=list(_event_handlers(app)),
        keyed_functions=[
            report.name
            for _, binding, report in app.bindings(_HTTP)
            if str(binding.get("authLevel", "function")).lower() != _OPEN
        ],
    )


def _settings(app: AzureApp) -> Iterator[Setting]:
    for name, functions in uses_of_connections(app).items():
        purpose = f"connection string of the Web PubSub resource; for {', '.join(functions)}"
        yield Setting(name=name, purpose=purpose)
    yield Setting(name=_STORAGE, purpose="storage account of the app: keys, and when timers ran")
    connections = {name.lower() for name in uses_of_connections(app)}
    for name in app.declared if not app.are_azures else ():
        if name.lower() not in _NOT_COPIED | connections:
            yield Setting(name=name, purpose=f"is in {LOCAL_SETTINGS}, which is not published")


def _event_handlers(app: AzureApp) -> Iterator[EventHandler]:
    for hub, keys in _events(app).items():
        yield EventHandler(
            hub=hub,
            url_template=URL_TEMPLATE,
            system_events=_names(keys, EventType.SYSTEM),
            user_events=_names(keys, EventType.USER),
        )


def _events(app: AzureApp) -> Mapping[str, Sequence[TriggerKey]]:
    hubs: dict[str, list[TriggerKey]] = {}
    for _, binding, _report in app.bindings(_TRIGGER):
        try:
            key = trigger_key(binding, app.default_hub)
        except BindingError:
            continue  # the function is in error
        hubs.setdefault(key.hub, []).append(key)
    return hubs


def _names(keys: Sequence[TriggerKey], event_type: EventType) -> Sequence[str]:
    return list(dict.fromkeys(key.event_name for key in keys if key.event_type is event_type))
