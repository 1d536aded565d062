"""An app as ``webpubsub check`` looks at it: indexed as it would be here, and not started."""

import asyncio
import os
import sys
from contextlib import redirect_stdout
from pathlib import Path

import msgspec
import typer

from webpubsub.cli.hub_settings import load_hub_settings
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.host.azure.app import AzureApp
from webpubsub.host.azure.exported_settings import read_exported_settings
from webpubsub.host.errors import HostError
from webpubsub.host.settings.app_settings import AppSettings, read_local_settings
from webpubsub.service.settings import DEVELOPMENT_KEY


def inspected(folder: Path, settings_file: Path | None) -> AzureApp:
    """The app in a folder, with the settings in its local.settings.json, or with those in a file
    from Azure.

    Raises HostError when that file cannot be read. What is wrong with the app is its ``problem``,
    and the user's own traceback goes to the error stream, as what the app prints does.
    """
    app = _with_settings(folder, settings_file)
    try:
        with redirect_stdout(sys.stderr):
            return _indexed(app)
    except HostError as problem:
        if problem.traceback:
            typer.echo(problem.traceback.rstrip(), err=True)
        return msgspec.structs.replace(app, problem=str(problem))


def _with_settings(folder: Path, settings_file: Path | None) -> AzureApp:
    app = AzureApp(folder=folder, python=sys.version_info[:2], development_key=DEVELOPMENT_KEY)
    if settings_file is None:
        return app
    exported = dict(read_exported_settings(settings_file))
    os.environ.update(exported)  # where the app looks
    return msgspec.structs.replace(
        app,
        settings=AppSettings(exported),
        declared=exported,
        settings_file=str(settings_file),
        are_azures=True,
    )


def _indexed(app: AzureApp) -> AzureApp:
    local = LocalApp(Place(folder=app.folder), load_hub_settings(app.folder, None, None).settings)
    if not app.are_azures:
        declared = read_local_settings(app.folder).values
        app = msgspec.structs.replace(app, settings=local.settings, declared=declared)
    return msgspec.structs.replace(app, config=local.config, functions=asyncio.run(local.inspect()))
