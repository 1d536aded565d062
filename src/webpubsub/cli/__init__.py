"""Commands; the only place, with testing, that puts the rooms together."""

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
