"""``webpubsub exec``: a command that has a service, or an app with its service, around it."""

import asyncio
import logging
import os
import sys
from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager, redirect_stdout
from pathlib import Path
from typing import Annotated, NamedTuple

import typer

from webpubsub.cli import lifetime
from webpubsub.cli.console import fail
from webpubsub.cli.http_log import shorten_http_log
from webpubsub.cli.hub_settings import (
    ConfigOption,
    EventHandlerOption,
    HubConfiguration,
    load_hub_settings,
)
from webpubsub.cli.own_port import with_own_port
from webpubsub.cli.recordings import RecordOption

_INTERRUPTED = 130

Surroundings = AbstractAsyncContextManager[Mapping[str, str]]


class _Looks(NamedTuple):
    """What is to be seen of what goes on, and kept."""

    record: Path | None
    dashboard: bool
    verbose: bool


def execute(
    context: typer.Context,
    app_dir: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of a function app to run; the service alone without it.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    event_handler: EventHandlerOption = None,
    record: RecordOption = None,
    dashboard: Annotated[
        bool,
        typer.Option(
            "--dashboard",
            help="Show what goes on, on a page of the service; WEBPUBSUB_DASHBOARD is its link.",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show all that the app and the service log.")
    ] = False,
) -> None:
    """Run a command with a service, or a function app and its service, that live as long as it.

    They are on free ports, ready before the command starts, and nobody else's: a service elsewhere
    that the settings name is not used. The command finds them by its environment:
    WebPubSubConnectionString, and whatever else the app's bindings call their connections, is the
    connection string, WEBPUBSUB_ENDPOINT the URL of the service, FUNCTIONS_URL that of the app.

    Where --event-handler holds {port}, a free port takes its place, in the words of COMMAND too,
    and PORT has it: so the command can be the web server that gets the events.

    The exit code is that of the command.
    """
    from webpubsub.cli.child_command import run_command
    from webpubsub.service.service import ServiceStartError

    # Without what the app's settings add to it; and while the app runs, this process is elsewhere.
    environment, directory = dict(os.environ), Path.cwd()
    ported = with_own_port(event_handler or [], context.args)
    hubs = load_hub_settings(app_dir or Path(), config, ported.handlers)
    shorten_http_log()
    looks = _Looks(record, dashboard, verbose)
    surroundings = _surroundings(app_dir, hubs, looks)

    async def serve(stop: asyncio.Event) -> int:
        async with surroundings as variables:
            if stop.is_set():
                return _INTERRUPTED
            found = {**environment, **variables, **ported.variables}
            return await run_command(ported.words, found, directory)

    with redirect_stdout(sys.stderr):  # what the app prints; the command has our descriptor
        lifetime.exit_after(serve, ServiceStartError)


def _surroundings(app_dir: Path | None, hubs: HubConfiguration, looks: _Looks) -> Surroundings:
    from webpubsub.cli.surroundings import app_with_service, service_alone
    from webpubsub.composition.app_folders import AppFolderError, check_app_folder

    if app_dir is None:
        logging.basicConfig(level=logging.INFO if looks.verbose else logging.WARNING)
        return service_alone(hubs, record=looks.record, dashboard=looks.dashboard)
    try:
        check_app_folder(app_dir)
    except AppFolderError as problem:
        fail(str(problem))
    return app_with_service(app_dir, hubs, **looks._asdict())
