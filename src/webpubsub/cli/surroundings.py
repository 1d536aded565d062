"""What a command needs around it: a service alone, or an app with its service, on free ports."""

import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import msgspec

from webpubsub.cli.hub_settings import HubConfiguration
from webpubsub.cli.recordings import recorded
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.host.connections.connection_settings import DEFAULT_CONNECTION
from webpubsub.host.logs.console_log import ConsoleLog
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY

_ADDRESS: Final = "127.0.0.1"
_ENDPOINT: Final = "WEBPUBSUB_ENDPOINT"
_FUNCTIONS: Final = "FUNCTIONS_URL"
_QUIET: Final = "warning"


@asynccontextmanager
async def service_alone(
    hubs: HubConfiguration, *, record: Path | None = None
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
    with recorded(service, record) as end_recording:
        async with service:
            yield _variables(service, [DEFAULT_CONNECTION])
            end_recording()


@asynccontextmanager
async def app_with_service(
    folder: Path, hubs: HubConfiguration, *, verbose: bool, record: Path | None = None
) -> AsyncIterator[Mapping[str, str]]:
    """An app and its service meanwhile, and the variables by which a command finds both. Raises
    HostError."""
    async with app_on_its_own(folder, hubs, verbose=verbose, record=record) as app:
        url = f"http://{_ADDRESS}:{app.http.port}"
        yield {**_variables(app.service, app.connection_names()), _FUNCTIONS: url}


@asynccontextmanager
async def app_on_its_own(
    folder: Path, hubs: HubConfiguration, *, verbose: bool, record: Path | None = None
) -> AsyncIterator[LocalApp]:
    """An app and a service that nobody else has, on free ports.

    What they say goes to the error stream: warnings and errors, with ``verbose`` all of it. Raises
    HostError.
    """
    place = Place(folder=folder, port=0, service_port=0, address=_ADDRESS, isolated=True)
    app = LocalApp(
        place, hubs.settings, msgspec.structs.replace(hubs.service, public_endpoint=None)
    )
    log = ConsoleLog(app.config if verbose else quiet(app.config), sys.stderr, verbose=verbose)
    try:
        with recorded(app.service, record) as end_recording:
            await app.start()
            try:
                yield app
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
