"""What a file and flags set for hubs and for the service, and what is said about it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from webpubsub.cli.console import fail

if TYPE_CHECKING:
    from webpubsub.service.hub_settings.files import HubSettingsFile
    from webpubsub.service.hub_settings.model import (
        AllHubSettings,
        EventFilter,
        EventListenerSettings,
        HubSettings,
    )
    from webpubsub.service.settings import ServiceSettings

#: Found by itself in the folder of an app, or in the current one.
FILE_NAME = "webpubsub.toml"

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config",
        help="File with the settings of hubs and of the service: a webpubsub.toml, or the "
        "appsettings.json of the official emulator. Changes for hubs take effect at once.",
        show_default=f"{FILE_NAME}, if there is one",
    ),
]
EventHandlerOption = Annotated[
    list[str] | None,
    typer.Option(
        "--event-handler",
        metavar="HUB[:EVENTS]=URL",
        help="URL that the events of a hub go to; with EVENTS, such as connect,message, only "
        "those, where * is every user event, and joined and left are about groups. May be "
        "repeated: the first that selects an event gets it.",
        show_default=False,
    ),
]


class HubConfiguration:
    """What is set for hubs, now and whenever its file changes, and for the service."""

    def __init__(self, settings: "AllHubSettings", file: "HubSettingsFile | None" = None) -> None:
        from webpubsub.service.settings import ServiceSettings

        self.settings = settings
        self.service = ServiceSettings() if file is None else file.service
        self.file = file

    def show(self) -> None:
        """Say what is set, and which events go where."""
        if self.file is not None:
            typer.echo(f"Settings of hubs: {self.file.path}")
        for name, value in changed(self.service):
            typer.echo(f"Setting of the service: {name} = {value}")
        for line in described(self.settings.hubs):
            typer.echo(line)

    @asynccontextmanager
    async def followed(self) -> AsyncIterator[None]:
        """Follow the changes of the file, and say what then holds."""
        if self.file is None:
            yield
            return
        # It tells of every change, and a log in the same folder is changed by that.
        logging.getLogger("watchfiles").setLevel(logging.WARNING)
        stop = asyncio.Event()
        watcher = asyncio.create_task(self.file.watch(stop, self.show))
        try:
            yield
        finally:
            stop.set()
            await watcher


def load_hub_settings(
    folder: Path, config: Path | None, event_handlers: Iterable[str] | None
) -> HubConfiguration:
    """The settings that the options name, or those of a ``webpubsub.toml`` in the folder; ends the
    command when they cannot be used."""
    from webpubsub.service.hub_settings.files import HubSettingsFile
    from webpubsub.service.hub_settings.flags import hubs_from_flags
    from webpubsub.service.hub_settings.located import HubSettingsError
    from webpubsub.service.hub_settings.model import AllHubSettings

    path = config or folder / FILE_NAME
    try:
        flags = hubs_from_flags(event_handlers or ())
        if config is None and not path.is_file():
            return HubConfiguration(AllHubSettings(flags))
        file = HubSettingsFile(path, flags)
    except HubSettingsError as problem:
        fail(str(problem))
    return HubConfiguration(file.settings, file)


def changed(service: "ServiceSettings") -> Iterator[tuple[str, str]]:
    """What a file can set and has set for the service."""
    import msgspec

    from webpubsub.service.settings import ServiceSettings

    before, now = (msgspec.structs.asdict(one) for one in (ServiceSettings(), service))
    return ((name, f"{now[name]}") for name in before if now[name] != before[name])


def described(hubs: "Mapping[str, HubSettings]") -> Iterator[str]:
    """A line for each handler, listener and special rule, without secrets."""
    from webpubsub.service.hub_settings.rules import without_secrets

    for name, hub in hubs.items():
        for handler in hub.event_handlers:
            target = without_secrets(handler.url_template)
            target += f", as {handler.auth.resource}" if handler.auth else ""
            yield f"Events of hub {name} ({_events(handler.events)}): {target}"
        for listener in hub.event_listeners:
            yield f"Listener of hub {name} ({_events(listener.events)}): {_target(listener)}"
        if hub.allow_anonymous:
            yield f"Hub {name}: clients without a token are let in."
        if hub.ping_interval is not None:
            yield f"Hub {name}: a ping every {hub.ping_interval:g} seconds."


def _events(events: "EventFilter") -> str:
    from webpubsub.service.hub_settings.model import PRESENCE_EVENTS, SYSTEM_EVENTS

    presence = events.group_presence
    names = [name for name in SYSTEM_EVENTS if name in events.system_events]
    names += ["every user event"] if events.user_events.every else sorted(events.user_events.names)
    names += [name for name in PRESENCE_EVENTS if name in presence.events]
    groups = f" in groups {', '.join(presence.filters)}" if presence.filters else ""
    return ", ".join(names) + groups


def _target(listener: "EventListenerSettings") -> str:
    from webpubsub.service.hub_settings.model import FileTarget

    target = listener.target
    if isinstance(target, FileTarget):
        return target.path
    return f"event hub {target.event_hub_name}"
