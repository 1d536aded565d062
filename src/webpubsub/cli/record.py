"""``webpubsub record``: a function app, with all that clients do on record."""

from pathlib import Path
from typing import Annotated

import typer

from webpubsub.cli.start import start


def record(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="New file to record in.")],
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
) -> None:
    """Run a function app as start does, and record what its clients do and what comes of it.

    Secrets are left out. End it with Ctrl-C; 'webpubsub replay FILE' has the clients do the same
    again. start, service and exec record too, with --record.
    """
    start(app_dir, port=port, service_port=service_port, record=recording)
