"""``webpubsub replay``: what clients did in a recording, done again with an app."""

import asyncio
import sys
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from webpubsub.cli import lifetime
from webpubsub.cli.console import fail, tell_problem
from webpubsub.cli.http_log import shorten_http_log

if TYPE_CHECKING:
    from webpubsub.recording.comparison import Difference
    from webpubsub.recording.replay import Replay

_INTERRUPTED = 130


def replay(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="What --record has made.")],
    app_dir: Annotated[
        Path, typer.Argument(help="Folder of the function app.", show_default="this folder")
    ] = Path(),
    verbose: Annotated[bool, typer.Option("--verbose", help="Show all that the app logs.")] = False,
) -> None:
    """Have clients do again what they did in a recording, and show what comes of it now.

    They connect and say the same, one after the other, to the app and a service of its own. Lines
    with - are what the recording has, lines with + what is there now; ids and times do not count.
    The exit code is 1 when something differs.
    """
    from webpubsub.composition.app_folders import AppFolderError, check_app_folder
    from webpubsub.host.errors import HostError
    from webpubsub.recording.files import RecordingError, read_recording

    try:
        entries = read_recording(recording)
        check_app_folder(app_dir)
    except (RecordingError, AppFolderError) as problem:
        fail(str(problem))
    shorten_http_log()

    async def serve(stop: asyncio.Event) -> int:
        with redirect_stdout(sys.stderr):  # what the app prints
            done = await _replayed(entries, app_dir, stop, verbose=verbose)
        if done is None:
            return _INTERRUPTED
        return 1 if _compared(entries, done) else 0

    try:
        code = lifetime.run(serve)
    except HostError as problem:
        tell_problem(problem)
        raise typer.Exit(1) from None
    raise typer.Exit(code)


async def _replayed(
    entries: Sequence[Mapping[str, Any]], app_dir: Path, stop: asyncio.Event, *, verbose: bool
) -> "Replay | None":
    """The replay, or None when it was interrupted."""
    from webpubsub.cli.hub_settings import load_hub_settings
    from webpubsub.cli.surroundings import app_on_its_own
    from webpubsub.recording.replay import Replay

    hubs = load_hub_settings(app_dir, None, None)
    async with app_on_its_own(app_dir, hubs, verbose=verbose) as app:
        again = Replay(app.service, app.connections.key)
        running = asyncio.create_task(again.run(entries))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait((running, stopping), return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if not running.done():
            running.cancel()
            return None
        await running
        return again


def _compared(entries: Sequence[Mapping[str, Any]], again: "Replay") -> "list[Difference]":
    """What differs, having said so."""
    from webpubsub.recording.comparison import differences

    found = differences(entries, again.entries)
    for difference in found:
        typer.echo(f"{difference.what}")
        for line in difference.lines:
            typer.echo(f"  {line}")
        typer.echo()
    clients = sum(entry.get("kind") == "connect" for entry in entries)
    plural = "" if len(found) == 1 else "s"
    result = f"{len(found)} difference{plural}" if found else "nothing differs"
    typer.echo(f"{again.requests} requests of {clients} clients replayed: {result}.")
    return found
