"""``webpubsub check``: what is wrong with an app, here and on Azure."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from webpubsub.cli.console import fail

if TYPE_CHECKING:
    from webpubsub.host.azure.rule import Finding


def check(
    app_dir: Annotated[
        Path, typer.Argument(help="Folder of the function app.", show_default="this folder")
    ] = Path(),
    azure: Annotated[
        bool, typer.Option("--azure", help="Look for what would go wrong on Azure, too.")
    ] = False,
    settings: Annotated[
        Path | None,
        typer.Option(
            help="File with the settings of the app on Azure, as 'az functionapp config "
            "appsettings list' prints them.",
            show_default="local.settings.json",
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option(
            metavar="CODE",
            help="Leave out what has this code, or one that begins with it. May be repeated.",
            show_default=False,
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Index a function app, and say what is wrong with it. Nothing is started.

    The exit code is 1 when anything is found. With --azure it also says what to set up there.
    """
    from webpubsub.cli import check_report
    from webpubsub.cli.inspection import inspected
    from webpubsub.composition.app_folders import AppFolderError, check_app_folder
    from webpubsub.host.azure.catalogue import findings_here, findings_on_azure
    from webpubsub.host.azure.preparation import preparation
    from webpubsub.host.errors import HostError

    if settings is not None and not azure:
        fail("--settings are those of an app on Azure; give --azure with it")
    try:
        check_app_folder(app_dir)
        app = inspected(app_dir.resolve(), settings)
    except (AppFolderError, HostError) as problem:
        fail(str(problem))
    found = findings_on_azure(app) if azure else findings_here(app)
    found = [one for one in found if not _is_ignored(one, ignore or [])]
    to_set_up = preparation(app) if azure else None
    write = check_report.as_json if as_json else check_report.as_text
    typer.echo(write(app, found, to_set_up))
    if found:
        raise typer.Exit(1)


def _is_ignored(finding: "Finding", codes: list[str]) -> bool:
    return any(f"{finding.code}.".startswith(f"{code.rstrip('.')}.") for code in codes)
