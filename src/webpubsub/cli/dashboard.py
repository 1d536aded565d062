"""The dashboard of a service that runs here."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from webpubsub.composition.local_app import LocalApp
    from webpubsub.dashboard.dashboard import Dashboard
    from webpubsub.service.service import Service

DashboardOption = Annotated[
    bool | None,
    typer.Option(
        "--dashboard/--no-dashboard",
        help="Show what goes on, on a page of the service.",
        show_default="only if the service listens on this machine alone",
    ),
]


def dashboard_of(service: "Service", wanted: bool | None) -> "Dashboard | None":
    """The dashboard of a service that has not started; None when there is to be none. Others can
    only reach it if that is wanted."""
    from webpubsub.composition.addresses import is_loopback
    from webpubsub.dashboard.cookies import Cookies
    from webpubsub.dashboard.dashboard import Dashboard
    from webpubsub.dashboard.secret_file import kept_secret

    if wanted is None:
        wanted = is_loopback(service.settings.address)
    if not wanted:
        return None
    cookies = Cookies(kept_secret(os.environ))
    service.pages = dashboard = Dashboard(service, cookies)
    return dashboard


def watch_app(dashboard: "Dashboard | None", app: "LocalApp") -> None:
    """Begin to record what happens in an app and its service."""
    from webpubsub.dashboard.app_view import AppView

    if dashboard is not None:
        dashboard.watch(AppView(app.host, app.point, app.folder.name))


def show_link(dashboard: "Dashboard | None", *, err: bool = False) -> None:
    """Say where it is, to the error stream if ``err``."""
    if dashboard is not None:
        typer.echo(f"Dashboard: {dashboard.link}", err=err)
