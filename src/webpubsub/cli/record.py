"""``webpubsub record``: a function app, with all that clients do on record."""

from pathlib import Path
from typing import Annotated

import typer

from webpubsub.cli.start import start
from webpubsub.cli.start_options import AppDirArgument, PortOption, ServicePortOption


def record(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="New file to record in.")],
    app_dir: AppDirArgument = Path(),
    port: PortOption = None,
    service_port: ServicePortOption = 8080,
) -> None:
    """Run a function app as start does, and record what its clients do and what comes of it.

    Secrets are left out. End it with Ctrl-C; 'webpubsub replay FILE' has the clients do the same
    again. start, service and exec record too, with --record.
    """
    start(app_dir, port=port, service_port=service_port, record=recording)
