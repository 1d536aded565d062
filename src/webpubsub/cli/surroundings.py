"""What a command needs around it: a service alone, or an app with its service, on free ports."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from webpubsub.cli.dashboard import dashboard_of, show_link, watch_app
from webpubsub.cli.hub_settings import HubConfiguration
from webpubsub.cli.recordings import recorded
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.host.connections.connection_settings import DEFAULT_CONNECTION
from webpubsub.host.logs.console_log import ConsoleLog
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY

if TYPE_CHECKING:
    from webpubsub.dashboard.dashboard import Dashboard

_ADDRESS: Final = "127.0.0.1"
_ENDPOINT: Final = "WEBPUBSUB_ENDPOINT"
_FUNCTIONS: Final = "FUNCTIONS_URL"
_DASHBOARD: Final = "WEBPUBSUB_DASHBOARD"
_QUIET: Final = "warning"


@asynccontextmanager
async def service_alone(
    hubs: HubConfiguration, *, record: Path | None = None, dashboard: bool = False
) -> AsyncIterator[Mapping[str, str]]:
    """A service meanwhile, and the variables by which a command finds it. Raises
    ServiceStartError."""
    settings = msgspec.structs.replace(
        hubs.service,
        address=_ADDRESS,
        port=0,
        access_keys=(DEVELOPMENT_KEY,),
        public_endpoint=None,
    )
    service = Service(settings, hub_settings=hubs.settings)
    page = dashboard_of(service, dashboard)
    if page is not None:
        page.watch()
    with recorded(service, record) as end_recording:
        async with service:
            yield {**_variables(service, [DEFAULT_CONNECTION]), **_shown(page)}
            end_recording()


@asynccontextmanager
async def app_with_service(
    folder: Path,
    hubs: HubConfiguration,
    *,
    verbose: bool,
    record: Path | None = None,
    dashboard: bool = False,
) -> AsyncIterator[Mapping[str, str]]:
    """An app and its service meanwhile, and the variables by which a command finds both. Raises
    HostError."""
    app = _isolated(folder, hubs)
    page = dashboard_of(app.service, dashboard)
    watch_app(page, app)
    async with _running(app, verbose=verbose, record=record):
        url = f"http://{_ADDRESS}:{app.http.port}"
        found = _variables(app.service, app.connection_names())
        yield {**found, _FUNCTIONS: url, **_shown(page)}


@asynccontextmanager
async def app_on_its_own(
    folder: Path, hubs: HubConfiguration, *, verbose: bool
) -> AsyncIterator[LocalApp]:
    """An app and a service that nobody else has, on free ports.

    What they say goes to the error stream: warnings and errors, with ``verbose`` all of it. Raises
    HostError.
    """
    app = _isolated(folder, hubs)
    async with _running(app, verbose=verbose):
        yield app


def _isolated(folder: Path, hubs: HubConfiguration) -> LocalApp:
    place = Place(folder=folder, port=0, service_port=0, address=_ADDRESS, isolated=True)
    service = msgspec.structs.replace(hubs.service, public_endpoint=None)
    return LocalApp(place, hubs.settings, service)


@asynccontextmanager
async def _running(
    app: LocalApp, *, verbose: bool, record: Path | None = None
) -> AsyncIterator[None]:
    log = ConsoleLog(app.config if verbose else quiet(app.config), sys.stderr, verbose=verbose)
    try:
        with recorded(app.service, record) as end_recording:
            await app.start()
            try:
                yield
            finally:
                end_recording()
                await app.stop()
    finally:
        log.close()


def quiet(config: HostConfig) -> HostConfig:
    """The same, with warnings and errors as all that is shown."""
    return msgspec.structs.replace(config, log_levels={"default": _QUIET}, user_log_level=_QUIET)


def _variables(service: Service, connections: Sequence[str]) -> Mapping[str, str]:
    strings = dict.fromkeys(connections, service.connection_string)
    return {**strings, _ENDPOINT: service.endpoint}


def _shown(page: "Dashboard | None") -> Mapping[str, str]:
    """Say where the dashboard is, if there is one; and the variable by which a command finds it."""
    show_link(page, err=True)
    return {} if page is None else {_DASHBOARD: page.link}
