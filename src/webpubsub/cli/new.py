"""``webpubsub new``: an app to begin with, which runs and has tests that pass."""

import shlex
from pathlib import Path
from typing import Annotated

import typer

from webpubsub.cli.app_templates import AppExists, Template, write_app
from webpubsub.cli.console import fail

_HERE = Path()

TemplateOption = Annotated[
    Template,
    typer.Option(
        "--template",
        "-t",
        help="minimal answers its clients; chat is a room with a page; notifications come from a "
        "timer and from requests, to a page.",
    ),
]
ForceOption = Annotated[bool, typer.Option("--force", help="Overwrite files that exist.")]


def new(
    folder: Annotated[
        Path, typer.Argument(metavar="NAME", help="Folder to make the app in; . is this one.")
    ],
    template: TemplateOption = Template.MINIMAL,
    force: ForceOption = False,
) -> None:
    """Make a function app that runs at once, with tests that pass.

    Its functions are in function_app.py, and README.md says what they do. No file that exists is
    overwritten without --force.
    """
    try:
        names = write_app(folder, template, force=force)
    except AppExists as existing:
        fail(
            f"nothing was written, for there are {existing} in {_shown(folder)}. Choose another "
            "folder, or overwrite them with --force."
        )
    except OSError as problem:
        fail(f"{folder} cannot be written: {problem.strerror or problem}")
    typer.echo(f"Made in {_shown(folder)}: {', '.join(names)}\n")
    where = "" if folder == _HERE else f" {shlex.quote(str(folder))}"
    typer.echo(f"Run it:   webpubsub start{where}")
    typer.echo(f"Test it:  pip install pytest && pytest{where}")


def init(
    folder: Annotated[
        Path, typer.Argument(metavar="NAME", help="Folder to make the app in.")
    ] = _HERE,
    template: TemplateOption = Template.MINIMAL,
    force: ForceOption = False,
) -> None:
    """The same as new, for hands that are used to 'func init'."""
    new(folder, template, force)


def _shown(folder: Path) -> str:
    return "this folder" if folder == _HERE else f"{folder}"
