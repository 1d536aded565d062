"""``webpubsub start``: a function app, with its service."""

import asyncio
import logging
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TextIO

import typer

from webpubsub.cli import lifetime
from webpubsub.cli.app_display import show_app
from webpubsub.cli.banner import banner
from webpubsub.cli.console import fail, runs_unattended, tell_problem
from webpubsub.cli.dashboard import DashboardOption, dashboard_of, show_link, watch_app
from webpubsub.cli.func_flags import tell_of_interpreter_arguments
from webpubsub.cli.garbage import collected_rarely
from webpubsub.cli.http_log import shorten_http_log
from webpubsub.cli.hub_settings import (
    ConfigOption,
    EventHandlerOption,
    load_hub_settings,
)
from webpubsub.cli.metrics import MetricsOption, counted
from webpubsub.cli.recordings import RecordOption, recorded
from webpubsub.cli.start_options import (
    AddressOption,
    AppDirArgument,
    AppVerboseOption,
    CorsCredentialsOption,
    CorsOption,
    EnableAuthOption,
    FunctionsOption,
    JsonOutputOption,
    PortOption,
    ReloadOption,
    ScriptRootOption,
    ServicePortOption,
    UserLogLevelOption,
    WorkersOption,
)
from webpubsub.cli.traces import traced

if TYPE_CHECKING:
    from webpubsub.cli.json_output import JsonFormatter
    from webpubsub.composition.local_app import Place


@collected_rarely()
def start(
    app_dir: AppDirArgument = Path(),
    port: PortOption = None,
    service_port: ServicePortOption = 8080,
    address: AddressOption = None,
    enable_auth: EnableAuthOption = False,
    functions: FunctionsOption = None,
    cors: CorsOption = None,
    cors_credentials: CorsCredentialsOption = False,
    script_root: ScriptRootOption = None,
    config: ConfigOption = None,
    event_handler: EventHandlerOption = None,
    dashboard: DashboardOption = None,
    metrics: MetricsOption = False,
    record: RecordOption = None,
    workers: WorkersOption = None,
    reload: ReloadOption = True,
    verbose: AppVerboseOption = None,
    user_log_level: UserLogLevelOption = None,
    json_output: JsonOutputOption = False,
) -> None:
    """Run a function app, and with it a Web PubSub service.

    When WebPubSubConnectionString (in the environment or local.settings.json) names a service
    elsewhere, that one is used and no service starts here. 'webpubsub host start' is the same, and
    both take the flags of 'func host start'.
    """
    from webpubsub.composition.app_folders import app_around
    from webpubsub.composition.local_app import Place
    from webpubsub.host.errors import HostError

    place = Place(
        folder=script_root or (app_around(app_dir) if app_dir == Path() else app_dir),
        port=port,
        service_port=service_port,
        address=address,
        asks_for_keys=enable_auth,
        workers=workers,
        functions=frozenset(map(str.lower, functions)) if functions else None,
        cors=cors,
        cors_credentials=cors_credentials,
        user_log_level=user_log_level,
    )
    manner = _Manner(
        config=config,
        event_handler=event_handler,
        dashboard=dashboard,
        metrics=metrics,
        record=record,
        reload=reload,
        verbose=runs_unattended(os.environ) if verbose is None else verbose,
    )
    voice = _json_voice() if json_output else _Voice(sys.stdout, None)
    tell_of_interpreter_arguments(os.environ)
    try:
        lifetime.run(_Run(place, manner, voice).serve)
    except HostError as problem:
        tell_problem(problem)
        raise typer.Exit(1) from None


class _Manner(NamedTuple):
    """How an app is to be run, beside what the app itself is told."""

    config: Path | None
    event_handler: list[str] | None
    dashboard: bool | None
    metrics: bool
    record: Path | None
    reload: bool
    verbose: bool


class _Voice(NamedTuple):
    """Where the log goes, and how its records are written unless they are lines for people."""

    stream: TextIO
    formatter: logging.Formatter | None


class _Run:
    """An app with all that looks on while it runs. Raises HostError for settings that are wrong,
    and ends the command when there is no app."""

    def __init__(self, place: "Place", manner: _Manner, voice: _Voice) -> None:
        from webpubsub.composition.local_app import LocalApp
        from webpubsub.host.logs.console_log import ConsoleLog

        self._manner = manner
        _check_folder(place.folder)
        self._hubs = load_hub_settings(place.folder, manner.config, manner.event_handler)
        self._app = LocalApp(place, self._hubs.settings, self._hubs.service)
        self._page = dashboard_of(self._app.service, manner.dashboard)
        self._log = ConsoleLog(
            self._app.config, voice.stream, verbose=manner.verbose, formatter=voice.formatter
        )
        shorten_http_log()

    async def serve(self, stop: asyncio.Event) -> None:
        """Serve until it is told to stop. Raises HostError when there is nothing that can be
        served or waited for."""
        from webpubsub.cli.reloading import running

        app, manner = self._app, self._manner
        typer.echo(banner())
        watch_app(self._page, app)
        async with traced(app.service.point, app.point) as tracing, self._hubs.followed():

            def show() -> None:
                if tracing is not None:
                    tracing.adopt_user_spans()
                self._show()

            counting = counted(app.service, manner.metrics, app.point)
            with counting, recorded(app.service, manner.record) as end_recording:
                async with running(app, show, reloads=manner.reload):
                    await stop.wait()
                    end_recording()

    def _show(self) -> None:
        self._log.follow(self._app.host.app.config)
        show_app(self._app, self._hubs, verbose=self._manner.verbose)
        if self._app.serves_clients:
            show_link(self._page)


def _check_folder(folder: Path) -> None:
    from webpubsub.composition.app_folders import AppFolderError, check_app_folder

    try:
        check_app_folder(folder)
    except AppFolderError as problem:
        fail(str(problem))


def _json_voice() -> _Voice:
    """Everything is JSON from now on."""
    from webpubsub.cli.json_output import speak_json

    formatter = _json_formatter()
    return _Voice(speak_json(formatter), formatter)


def _json_formatter() -> "JsonFormatter":
    from webpubsub.cli.json_output import JsonFormatter
    from webpubsub.host.current_invocation import invocation_here
    from webpubsub.host.logs.console_log import category_of

    def context() -> dict[str, str]:
        running = invocation_here()
        if running is None:
            return {}
        return {"function": running.function_name, "invocationId": running.id}

    def category(record: logging.LogRecord) -> str:
        is_of_nobody = record.name == "print" and invocation_here() is None
        return "Host" if is_of_nobody else category_of(record)

    return JsonFormatter(category, context)
