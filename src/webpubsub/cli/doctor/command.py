"""``webpubsub doctor``: what is wrong with this machine and with what is set."""

from pathlib import Path
from typing import Annotated

import typer

_HERE = Path()


def doctor(
    app_dir: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of a function app.",
            show_default="this folder, if there is an app in it",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at this machine, at what is set and at what it leads to, and say how to mend it.

    Packages, open files, settings, the app, ports, webhooks and services elsewhere: those that are
    set are asked, and nothing is changed. The exit code is 1 when something does not work. What
    would be different on Azure is for 'webpubsub check --azure'.
    """
    from webpubsub.cli.doctor import report
    from webpubsub.cli.doctor.examination import examine

    folder = (app_dir or _HERE).resolve()
    found = list(examine(folder, is_named=app_dir is not None))
    typer.echo(report.as_json(found) if as_json else report.as_text(found))
    if not report.is_healthy(found):
        raise typer.Exit(1)
