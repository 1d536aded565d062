"""Everything that a doctor looks at, in order."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from webpubsub.cli.doctor import apps
from webpubsub.cli.doctor.finding import Finding, error, ok
from webpubsub.cli.doctor.machine import machine
from webpubsub.cli.doctor.ports import port
from webpubsub.cli.doctor.resources import resources
from webpubsub.cli.doctor.webhooks import webhooks
from webpubsub.composition.addresses import is_loopback
from webpubsub.composition.app_folders import AppFolderError, check_app_folder
from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.connections import uses_of_connections
from webpubsub.host.connections.connection_settings import (
    DEFAULT_CONNECTION,
    Connection,
    ConnectionSettings,
)
from webpubsub.host.errors import HostError
from webpubsub.host.extension import BindingError
from webpubsub.host.settings.app_settings import read_local_settings

_ORIGIN: Final = "127.0.0.1"
_FUNCTIONS_PORT: Final = "7071"
_SERVICE_PORT: Final = "8080"


def examine(folder: Path, *, is_named: bool) -> Iterator[Finding]:
    """The machine, the settings in a folder, and the app there if it is one; it must be one if it
    ``is_named``."""
    yield from machine()
    hubs, found = apps.hub_settings(folder)
    yield from found
    app = None
    try:
        check_app_folder(folder)
    except AppFolderError as problem:
        yield (
            error("app", str(problem), "Name the folder of a function app.")
            if is_named
            else ok("app", "there is none in this folder")
        )
    else:
        yield from apps.local_settings(folder)
        if not any(finding.mend for finding in found):  # an app is read with its hubs
            app, indexed = apps.app_in(folder)
            yield from indexed
            yield from apps.hub_names(hubs, app)
    yield port(_functions_port(folder), "functions", "--port")
    yield port(_SERVICE_PORT, "service", "--service-port")
    elsewhere, problems = _connections(app) if app else ([], [])
    yield from problems
    yield from asyncio.run(webhooks(hubs, _ORIGIN))
    yield from asyncio.run(resources(elsewhere))


def _functions_port(folder: Path) -> str:
    try:
        return read_local_settings(folder).host.get("localhttpport", _FUNCTIONS_PORT)
    except HostError:
        return _FUNCTIONS_PORT


def _connections(app: AzureApp) -> tuple[list[Connection], list[Finding]]:
    """The services elsewhere that the app uses, and the connections that cannot be read."""
    settings = ConnectionSettings(app.settings, app.config)
    found: dict[str, Connection] = {}
    problems = []
    for name in uses_of_connections(app):
        try:
            one = settings.default() if name == DEFAULT_CONNECTION else settings.named(name)
        except (BindingError, HostError) as problem:
            problems.append(error("connection", str(problem), "Set it as is said."))
            continue
        if one is not None and not (is_loopback(one.host) and one.endpoint.endswith(":8080")):
            found[one.endpoint] = one
    return list(found.values()), problems
