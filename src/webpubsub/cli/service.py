"""``webpubsub service``: the real-time service alone."""

import asyncio
import logging
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from webpubsub.cli import lifetime
from webpubsub.cli.console import fail, warn_if_open_to_all
from webpubsub.cli.dashboard import DashboardOption, dashboard_of, show_link
from webpubsub.cli.garbage import collected_rarely, spare_what_is_loaded
from webpubsub.cli.http_log import shorten_http_log
from webpubsub.cli.hub_settings import (
    ConfigOption,
    EventHandlerOption,
    HubConfiguration,
    load_hub_settings,
)
from webpubsub.cli.metrics import MetricsOption, counted
from webpubsub.cli.recordings import RecordOption, recorded
from webpubsub.cli.traces import traced

if TYPE_CHECKING:
    from webpubsub.dashboard.dashboard import Dashboard
    from webpubsub.service.service import Service
    from webpubsub.service.settings import ServiceSettings


@collected_rarely()
def service(
    port: Annotated[int, typer.Option(help="Port to listen on; 0 picks a free one.")] = 8080,
    address: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 is every one this machine has.")
    ] = "127.0.0.1",
    access_key: Annotated[
        str | None,
        typer.Option(
            envvar="WEBPUBSUB_ACCESS_KEY",
            help="Key that signs tokens, 32 bytes or more. Without it, the well-known "
            "development key.",
            show_default=False,
        ),
    ] = None,
    config: ConfigOption = None,
    event_handler: EventHandlerOption = None,
    dashboard: DashboardOption = None,
    metrics: MetricsOption = False,
    record: RecordOption = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="Show more than what went wrong.")
    ] = False,
    json_output: Annotated[
        bool,
        typer.Option("--json-output", help="Say everything as JSON, one object a line."),
    ] = False,
) -> None:
    """Run the Web PubSub service alone, for apps and clients that run elsewhere.

    Its events go over HTTP to the applications that --event-handler or a settings file names.
    """
    import msgspec

    from webpubsub.service.settings import DEVELOPMENT_KEY

    level = logging.INFO if verbose else logging.WARNING
    if json_output:
        from webpubsub.cli.json_output import JsonFormatter, speak_json

        formatter = JsonFormatter(lambda _: "Service")
        handler = logging.StreamHandler(speak_json(formatter))
        handler.setFormatter(formatter)
        logging.basicConfig(level=level, handlers=[handler])
    else:
        logging.basicConfig(level=level, format="[%(asctime)s] %(levelname)s %(message)s")
    hubs = load_hub_settings(Path(), config, event_handler)
    key = DEVELOPMENT_KEY if access_key is None else access_key
    try:
        settings = msgspec.structs.replace(
            hubs.service, address=address, port=port, access_keys=(key,)
        )
    except ValueError as problem:
        fail(str(problem))
    warn_if_open_to_all(address, uses_development_key=access_key is None)
    shorten_http_log()
    lifetime.run(lambda stop: _serve(settings, hubs, dashboard, metrics, record, stop))


async def _serve(
    settings: "ServiceSettings",
    hubs: HubConfiguration,
    dashboard: bool | None,
    metrics: bool,
    record: Path | None,
    stop: asyncio.Event,
) -> None:
    from webpubsub.service.service import Service, ServiceStartError

    running = Service(settings, hub_settings=hubs.settings)
    page = dashboard_of(running, dashboard)
    if page is not None:
        page.watch()
    async with traced(running.point):
        with counted(running, metrics), recorded(running, record) as end_recording:
            try:
                await running.start()
            except ServiceStartError as problem:
                fail(str(problem))
            _show(running, page, hubs)
            spare_what_is_loaded()
            async with hubs.followed():
                await stop.wait()
            end_recording()
            await running.stop()


def _show(running: "Service", page: "Dashboard | None", hubs: HubConfiguration) -> None:
    typer.echo(f"Web PubSub service: {running.endpoint}")
    typer.echo(f"Connection string: {running.connection_string}")
    show_link(page)
    hubs.show()
    if not any(hub.event_handlers for hub in hubs.settings.hubs.values()):
        typer.echo("Events of clients have no handler; --event-handler names one.")
