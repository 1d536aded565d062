"""A file with settings: read, and read again whenever it changes."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from webpubsub.service.hub_settings.appsettings_format import hubs_from_appsettings
from webpubsub.service.hub_settings.flags import with_flags
from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import AllHubSettings, HubSettings
from webpubsub.service.hub_settings.service_table import service_from_toml
from webpubsub.service.hub_settings.toml_format import hubs_from_toml
from webpubsub.service.settings import ServiceSettings

logger = logging.getLogger("webpubsub.service.settings")


class FileSettings(NamedTuple):
    """What a file says."""

    hubs: dict[str, HubSettings]
    service: ServiceSettings


def _from_toml(text: str, path: Path) -> FileSettings:
    return FileSettings(hubs_from_toml(text, path), service_from_toml(text, path))


def _from_appsettings(text: str, path: Path) -> FileSettings:
    return FileSettings(hubs_from_appsettings(text, path), ServiceSettings())


_FORMATS = {".toml": _from_toml, ".json": _from_appsettings}
#: Milliseconds. Editors write in several steps, which should be one change.
_DEBOUNCE = 200
_LOOK_ANYWAY = 1000
_LATER = "%s: what [service] says holds when the service is started again."


class HubSettingsFile:
    """The settings of hubs that a file holds, with ``flags`` laid over them; and what it sets for
    the service, which holds from its start to its end.

    The suffix tells the format: ``.toml``, or ``.json`` for that of the official emulator. Raises
    HubSettingsError when the file cannot be read or used.
    """

    def __init__(self, path: Path, flags: Mapping[str, HubSettings] | None = None) -> None:
        self.path = path
        self._flags = flags or {}
        self._content: bytes | None = _content(path)
        said = self._parsed(self._content)
        #: What is set for hubs now.
        self.settings = AllHubSettings(said.hubs)
        #: What was set for the service when it started.
        self.service = said.service

    def refresh(self) -> bool:
        """Put what the file says now in place of what it said, for events from now on.

        Returns whether it did: a file that cannot be used changes nothing and is logged, once.
        """
        before = self._content
        try:
            self._content = None
            self._content = content = _content(self.path)
            if content == before:
                return False
            said = self._parsed(content)
            self.settings.replace(said.hubs)
            if said.service != self.service:
                logger.warning(_LATER, self.path)
        except HubSettingsError as error:
            if self._content != before:
                logger.error("%s The settings stay as they were.", error)
            return False
        return True

    async def watch(self, stop: asyncio.Event, changed: Callable[[], None]) -> None:
        """Refresh whenever the file changes, and say so, until ``stop`` is set.

        The folder is watched, because editors and Kubernetes replace a file rather than write it.
        Now and then the file is looked at anyway, as not every file system reports changes.
        """
        from watchfiles import awatch

        path = self.path.absolute()
        changes = awatch(
            path.parent,
            # Kubernetes puts another folder behind the link ..data, through which the file is seen.
            watch_filter=lambda _, changed: Path(changed).name in (path.name, "..data"),
            debounce=_DEBOUNCE,
            stop_event=stop,
            rust_timeout=_LOOK_ANYWAY,
            yield_on_timeout=True,
            recursive=False,
        )
        if self.refresh():
            changed()
        async for _ in changes:
            if self.refresh():
                changed()

    def _parsed(self, content: bytes) -> FileSettings:
        read = _FORMATS[self.path.suffix.lower()]
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise HubSettingsError(f"{self.path} is not UTF-8: {error.reason}.") from None
        said = read(text, self.path)
        return said._replace(hubs=with_flags(said.hubs, self._flags))


def _content(path: Path) -> bytes:
    if path.suffix.lower() not in _FORMATS:
        raise HubSettingsError(
            f"'{path}' must end in .toml, or in .json when it is an appsettings.json."
        )
    try:
        return path.read_bytes()
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HubSettingsError(f"'{path}' cannot be read: {reason}.") from None
