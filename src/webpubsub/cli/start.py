"""``webpubsub start``: a function app, with its service."""

import asyncio
import logging
import os
import sys
import uuid
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from webpubsub.cli import lifetime
from webpubsub.cli.banner import banner
from webpubsub.cli.console import (
    fail,
    runs_unattended,
    tell_problem,
    timed_line,
    warn,
    warn_if_anybody_may_call,
    warn_if_open_to_all,
)
from webpubsub.cli.dashboard import DashboardOption, dashboard_of, show_link, watch_app
from webpubsub.cli.event_handlers import instructions
from webpubsub.cli.http_log import shorten_http_log
from webpubsub.cli.hub_settings import (
    ConfigOption,
    EventHandlerOption,
    HubConfiguration,
    load_hub_settings,
)
from webpubsub.cli.json_output import JsonFormatter, speak_json
from webpubsub.cli.metrics import MetricsOption, count
from webpubsub.cli.recordings import RecordOption, recorded
from webpubsub.cli.traces import traced

if TYPE_CHECKING:
    from webpubsub.composition.local_app import LocalApp
    from webpubsub.dashboard.dashboard import Dashboard
    from webpubsub.host.console_log import ConsoleLog
    from webpubsub.host.errors import HostError
    from webpubsub.host.generation import FunctionReport


def start(
    app_dir: Annotated[
        Path, typer.Argument(help="Folder of the function app.", show_default="this folder")
    ] = Path(),
    port: Annotated[
        int | None,
        typer.Option(
            "--port",
            "-p",
            min=0,
            max=65535,
            help="Port of the HTTP functions.",
            show_default="7071",
        ),
    ] = None,
    service_port: Annotated[
        int, typer.Option(min=0, max=65535, help="Port of the built-in service.")
    ] = 8080,
    address: Annotated[
        str | None,
        typer.Option(help="Address that both listen on.", show_default="127.0.0.1"),
    ] = None,
    enable_auth: Annotated[
        bool,
        typer.Option(
            "--enable-auth",
            "--enableAuth",
            help="Ask for keys, as on Azure; 'webpubsub keys' shows and changes them.",
        ),
    ] = False,
    functions: Annotated[
        list[str] | None,
        typer.Option(help="Run these functions only, with spaces between.", show_default=False),
    ] = None,
    cors: Annotated[
        str | None,
        typer.Option(
            help="Origins whose web pages may call functions, with commas between, or *.",
            show_default="Host.CORS",
        ),
    ] = None,
    cors_credentials: Annotated[
        bool, typer.Option("--cors-credentials", help="Let those pages send cookies.")
    ] = False,
    script_root: Annotated[
        Path | None,
        typer.Option(
            "--script-root",
            "--prefix",
            help="Folder of the function app, as 'func' names it.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    event_handler: EventHandlerOption = None,
    dashboard: DashboardOption = None,
    metrics: MetricsOption = False,
    record: RecordOption = None,
    workers: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=64,
            help="Processes that run the functions; 0 is this one.",
            show_default="0, or FUNCTIONS_WORKER_PROCESS_COUNT",
        ),
    ] = None,
    reload: Annotated[
        bool,
        typer.Option(
            "--reload/--no-reload",
            help="Serve the app anew whenever its files change; clients stay connected.",
        ),
    ] = True,
    verbose: Annotated[
        bool | None,
        typer.Option(
            "--verbose/--no-verbose",
            help="Show what the host itself logs, too.",
            show_default="off, or on where variables such as CI say that nobody looks on",
        ),
    ] = None,
    user_log_level: Annotated[
        str | None,
        typer.Option(
            envvar="FUNCTIONS_USER_LOG_LEVEL",
            help="Least level that is shown of what code of the app logs: Trace to Critical, None.",
            show_default="as host.json says",
        ),
    ] = None,
    json_output: Annotated[
        bool,
        typer.Option(
            "--json-output",
            "--enable-json-output",
            help="Say everything as JSON, one object a line.",
        ),
    ] = False,
) -> None:
    """Run a function app, and with it a Web PubSub service.

    When WebPubSubConnectionString (in the environment or local.settings.json) names a service
    elsewhere, that one is used and no service starts here. 'webpubsub host start' is the same, and
    both take the flags of 'func host start'.
    """
    from webpubsub.composition.app_folders import AppFolderError, app_around, check_app_folder
    from webpubsub.composition.local_app import LocalApp, Place
    from webpubsub.host.console_log import ConsoleLog
    from webpubsub.host.errors import HostError

    app_dir = script_root or (app_around(app_dir) if app_dir == Path() else app_dir)
    place = Place(
        folder=app_dir,
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
    try:
        check_app_folder(app_dir)
        hubs = load_hub_settings(app_dir, config, event_handler)
        app = LocalApp(place, hubs.settings, hubs.service)
        page = dashboard_of(app.service, dashboard)
        formatter = _json_formatter() if json_output else None
        stream = speak_json(formatter) if formatter else sys.stdout
        shows_all = runs_unattended(os.environ) if verbose is None else verbose
        log = ConsoleLog(app.config, stream, verbose=shows_all, formatter=formatter)
    except AppFolderError as problem:
        fail(str(problem))
    except HostError as problem:
        _fail(problem)
    shorten_http_log()
    typer.echo(banner())

    async def serve(stop: asyncio.Event) -> None:
        watch_app(page, app)
        count(app.service, metrics, app.point)
        async with traced(app.service.point, app.point) as tracing:
            with recorded(app.service, record) as end_recording:
                await _start(app)
                if tracing is not None:
                    tracing.adopt_user_spans()
                following = _following(app, hubs, log) if reload else nullcontext()
                async with hubs.followed(), following:
                    _show(app, hubs)
                    _show_page(app, page)
                    await stop.wait()
                end_recording()
                await app.stop()

    lifetime.run(serve)


def _json_formatter() -> JsonFormatter:
    from webpubsub.host.console_log import category_of
    from webpubsub.host.current_invocation import invocation_here

    def context() -> dict[str, str]:
        running = invocation_here()
        if running is None:
            return {}
        return {"function": running.function_name, "invocationId": running.id}

    def category(record: logging.LogRecord) -> str:
        is_of_nobody = record.name == "print" and invocation_here() is None
        return "Host" if is_of_nobody else category_of(record)

    return JsonFormatter(category, context)


async def _start(app: "LocalApp") -> None:
    from webpubsub.host.errors import HostError

    try:
        await app.start()
    except HostError as problem:
        _fail(problem)


def _following(
    app: "LocalApp", hubs: HubConfiguration, log: "ConsoleLog"
) -> AbstractAsyncContextManager[None]:
    """The files of the app are followed meanwhile."""
    from webpubsub.cli.reloading import reloaded

    def show() -> None:
        log.follow(app.host.app.config)
        _show(app, hubs)

    return reloaded(app, show)


def _fail(problem: "HostError") -> NoReturn:
    tell_problem(problem)
    raise typer.Exit(1)


def _show(app: "LocalApp", hubs: HubConfiguration) -> None:
    timed_line("Worker process started and initialized.")
    typer.echo("\nFunctions:\n")
    for line in _function_lines(app):
        typer.echo(line)
    _warn_of_unknown(app)
    _show_service(app, hubs)
    if app.keys is not None:
        typer.echo("Requests need keys; 'webpubsub keys list' shows them.\n")
    warn_if_anybody_may_call(app.address, asks_for_keys=app.keys is not None)
    timed_line(f"Host lock lease acquired by instance ID '{uuid.uuid4().hex}'.")


def _show_page(app: "LocalApp", page: "Dashboard | None") -> None:
    if app.serves_clients:
        show_link(page)


def _warn_of_unknown(app: "LocalApp") -> None:
    there = {report.name.lower() for report in app.host.functions}
    for name in sorted((app.chosen or frozenset()) - there):
        warn(f"--functions names '{name}', and the app has no such function")


def _function_lines(app: "LocalApp") -> list[str]:
    """In the order and format of ``func start``, on which editors rely."""
    reports = app.host.functions
    good = [report for report in reports if not report.disabled and report.error is None]
    http = [report for report in good if _is_http(report)]
    lines = [f"\t{report.name}: {_address(app, report)}\n" for report in http]
    lines += [
        f"\t{report.name}: {report.metadata.trigger.type}\n"
        for report in good
        if not _is_http(report)
    ]
    lines += [f"Function {report.name} is disabled.\n" for report in reports if report.disabled]
    lines += [
        f"The '{report.name}' function is in error: {report.error}\n"
        for report in reports
        if report.error is not None
    ]
    return lines


def _is_http(report: "FunctionReport") -> bool:
    return report.metadata.trigger.kind == "httptrigger"


def _address(app: "LocalApp", report: "FunctionReport") -> str:
    methods = ",".join(app.http.methods_of(report.metadata))
    url = app.http.url_of(report.metadata)
    return f"[{methods}] {url}" if methods else url


def _show_service(app: "LocalApp", hubs: HubConfiguration) -> None:
    remote = app.remote_endpoints()
    for endpoint in remote:
        typer.echo(f"Web PubSub service: {endpoint} (remote, through the official SDK)")
    events = app.web_pubsub.events
    if remote and events:
        keys = app.keys is not None
        for line in instructions(app.webhook_url, events, asks_for_keys=keys):
            typer.echo(line)
    if app.serves_clients:
        _show_embedded(app)
        hubs.show()
    typer.echo(f"Hubs: {', '.join(app.web_pubsub.hubs) or 'none'}\n")


def _show_embedded(app: "LocalApp") -> None:
    from webpubsub.service.settings import DEVELOPMENT_KEY

    has_development_key = app.connections.key == DEVELOPMENT_KEY
    typer.echo(f"Web PubSub service: {app.service.endpoint}")
    if has_development_key:
        typer.echo(f"Connection string: {app.service.connection_string}")
    else:
        typer.echo("Connection string: as you set it")
    warn_if_open_to_all(app.address, uses_development_key=has_development_key)
