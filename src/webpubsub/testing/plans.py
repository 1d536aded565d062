"""What a test asks for: which app, with which settings, by sockets or without."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from webpubsub.composition.app_folders import AppFolderError, check_app_folder, looks_like_app
from webpubsub.protocol.spelling import did_you_mean, listed
from webpubsub.service.hub_settings.located import HubSettingsError
from webpubsub.service.hub_settings.model import HubSettings
from webpubsub.service.hub_settings.service_table import service_from_setting
from webpubsub.service.hub_settings.toml_format import hubs_from_setting, table_setting
from webpubsub.service.settings import ServiceSettings
from webpubsub.testing.errors import SetupError

_ARGUMENTS = ("app", "hubs", "service", "settings", "sockets")
_MARK = "the mark 'webpubsub'"


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """``app`` is the folder of a function app, None for the service alone. ``settings`` are app
    settings, ``hubs`` settings by hub, ``service`` those of the service."""

    app: Path | None = None
    settings: Mapping[str, str] = msgspec.field(default_factory=dict)
    hubs: Mapping[str, HubSettings] = msgspec.field(default_factory=dict)
    service: ServiceSettings = msgspec.field(default_factory=ServiceSettings)
    sockets: bool = False


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Where a plan comes from: the arguments of the marks that a test has, the nearest last; the
    file it is in; and what the configuration says of all tests. ``root`` is where relative paths
    start, and where the search for an app ends."""

    marks: Mapping[str, Any]
    file: Path
    root: Path
    app: str = ""
    sockets: bool = False


def plan_of(request: Request) -> Plan:
    """The plan for a test. Raises SetupError."""
    marks = request.marks
    for name in marks:
        if name not in _ARGUMENTS:
            raise SetupError(
                f"{_MARK} has no argument '{name}'.{did_you_mean(name, _ARGUMENTS)} There are "
                f"{listed(_ARGUMENTS)}."
            )
    hubs, service = _written(marks, request.file.parent)
    return Plan(
        app=_app(request),
        settings=_settings(marks.get("settings") or {}),
        hubs=hubs,
        service=service,
        sockets=bool(marks.get("sockets", request.sockets)),
    )


def _app(request: Request) -> Path | None:
    if "app" in request.marks:
        named = request.marks["app"]
        return None if named is None else _named(request.root / named, _MARK)
    if request.app:
        return _named(request.root / request.app, "the configuration")
    return _nearest(request)


def _named(folder: Path, where: str) -> Path:
    try:
        check_app_folder(folder)
    except AppFolderError as error:
        raise SetupError(f"{where} names an app that is none: {error}") from None
    return folder


def _nearest(request: Request) -> Path:
    for folder in request.file.parents:
        if looks_like_app(folder):
            return folder
        if folder == request.root:
            break
    raise SetupError(
        f"there is no function app in {request.file.parent} or the folders above it, up to "
        f"{request.root}. Name one: webpubsub_app in the configuration of pytest, --webpubsub-app, "
        '@pytest.mark.webpubsub(app="FOLDER"), or app=None for the service alone.'
    )


def _settings(settings: Mapping[str, Any]) -> Mapping[str, str]:
    for name, value in settings.items():
        if not isinstance(value, str):
            raise SetupError(
                f"{_MARK}: the setting '{name}' is {value!r}, and must be a text, as all settings "
                "of an app are."
            )
    return settings


def _written(
    marks: Mapping[str, Any], folder: Path
) -> tuple[Mapping[str, HubSettings], ServiceSettings]:
    """Settings in the words of ``webpubsub.toml``."""
    written = {name: marks[name] for name in ("hubs", "service") if marks.get(name) is not None}
    setting = table_setting(written, _MARK)
    try:
        return hubs_from_setting(setting, folder), service_from_setting(setting)
    except HubSettingsError as error:
        raise SetupError(str(error)) from None
