"""Commands: what is typed, and what is said."""

import sys


def main() -> None:
    """The ``webpubsub`` script."""
    try:
        from webpubsub.cli.commands import app
    except ModuleNotFoundError as missing:
        if missing.name not in ("rich", "typer"):
            raise
        sys.exit("error: the command line needs more packages: pip install 'webpubsub[local]'")
    app(prog_name="webpubsub")
