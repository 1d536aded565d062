"""What ``webpubsub start`` says of an app that serves.

Specification: functions-python section 13.2.
"""

import uuid
from typing import TYPE_CHECKING

import typer

from webpubsub.cli.console import timed_line, warn, warn_if_anybody_may_call, warn_if_open_to_all
from webpubsub.cli.event_handlers import instructions
from webpubsub.cli.hub_settings import HubConfiguration

if TYPE_CHECKING:
    from webpubsub.composition.local_app import LocalApp
    from webpubsub.host.function_report import FunctionReport


_MORE = "For detailed output, run webpubsub with --verbose flag."


def show_app(app: "LocalApp", hubs: HubConfiguration, *, verbose: bool) -> None:
    """Say which functions run and where clients connect, between the lines by which editors know
    that an app is ready."""
    timed_line("Worker process started and initialized.")
    typer.echo("\nFunctions:\n")
    for line in _function_lines(app):
        typer.echo(line)
    if not verbose:
        typer.echo(f"{_MORE}\n")
    _warn_of_unknown(app)
    _show_service(app, hubs)
    if app.keys is not None:
        typer.echo("Requests need keys; 'webpubsub keys list' shows them.\n")
    warn_if_anybody_may_call(app.address, asks_for_keys=app.keys is not None)
    timed_line(f"Host lock lease acquired by instance ID '{uuid.uuid4().hex}'.")


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
