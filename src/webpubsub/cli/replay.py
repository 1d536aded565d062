"""``webpubsub replay``: what clients did in a recording, done again with an app or a service."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Protocol, TypeAlias

import typer

from webpubsub.cli import lifetime
from webpubsub.cli.console import fail, note
from webpubsub.cli.http_log import shorten_http_log
from webpubsub.cli.long_work import done_unless

if TYPE_CHECKING:
    from webpubsub.protocol.connection_strings import ConnectionString
    from webpubsub.recording.comparison import Difference

_INTERRUPTED = 130

Entries: TypeAlias = Sequence[Mapping[str, Any]]
Work: TypeAlias = "Callable[[_Run], Awaitable[None]]"


class _Again(Protocol):
    """A replay."""

    @property
    def requests(self) -> int: ...

    @property
    def entries(self) -> Entries: ...


class _Run:
    """What is to be compared: what was there ``before``, and what comes of the replay ``again``,
    which there is once it begins."""

    def __init__(self, recording: Entries, before: Entries) -> None:
        self.before = before
        self.clients = sum(entry["kind"] == "connect" for entry in recording)
        self._of = sum(entry["kind"] == "request" for entry in recording)
        self.again: _Again | None = None

    @property
    def requests(self) -> int:
        """How many have been made."""
        return 0 if self.again is None else self.again.requests

    def tell(self) -> None:
        """Say how far it has come."""
        note(f"{self.requests} of {self._of} requests replayed so far")


def replay(
    recording: Annotated[Path, typer.Argument(metavar="FILE", help="What --record has made.")],
    app_dir: Annotated[
        Path | None, typer.Argument(help="Folder of the function app.", show_default="this folder")
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="CONNECTION_STRING",
            help="Replay with a service that runs, and whatever app is behind it.",
            show_default=False,
        ),
    ] = None,
    pause: Annotated[
        float,
        typer.Option(
            min=0.01,
            max=60.0,
            help="With --service, for how many seconds nothing must have come before a client "
            "does the next thing.",
        ),
    ] = 0.3,
    verbose: Annotated[bool, typer.Option("--verbose", help="Show all that the app logs.")] = False,
) -> None:
    """Have clients do again what they did in a recording, and show what comes of it now.

    They connect and say the same, one after the other, to the app and a service of its own. Lines
    with - are what the recording has, lines with + are what is there now; ids and times do not
    count. The exit code is 1 when something differs.

    With --service, what clients are told is compared, and nothing else can be seen.
    """
    from webpubsub.recording.clients import ServiceAway
    from webpubsub.recording.files import RecordingError, read_recording

    try:
        entries = read_recording(recording)
    except RecordingError as problem:
        fail(str(problem))
    if service is None:
        run, work = _Run(entries, entries), _with_app(entries, app_dir, verbose)
    else:
        from webpubsub.recording.views import seen_by_clients

        run = _Run(entries, seen_by_clients(entries))
        work = _with_service(entries, app_dir, service, pause)
    shorten_http_log()
    _tell_of_recoveries(entries)

    async def serve(stop: asyncio.Event) -> int:
        with redirect_stdout(sys.stderr):  # what the app prints
            is_done = await done_unless(stop, work(run), run.tell)
        if not is_done:
            return _INTERRUPTED
        return 1 if _compared(run) else 0

    lifetime.exit_after(serve, ServiceAway)


def _with_app(entries: Entries, folder: Path | None, verbose: bool) -> Work:
    from webpubsub.cli.hub_settings import load_hub_settings
    from webpubsub.cli.surroundings import app_on_its_own
    from webpubsub.composition.app_folders import AppFolderError, check_app_folder
    from webpubsub.recording.replay import Replay

    app_dir = folder or Path()
    try:
        check_app_folder(app_dir)
    except AppFolderError as problem:
        fail(str(problem))
    hubs = load_hub_settings(app_dir, None, None)

    async def work(run: _Run) -> None:
        async with app_on_its_own(app_dir, hubs, verbose=verbose) as app:
            run.again = again = Replay(app.service, app.connections.key)
            await again.run(entries)

    return work


def _with_service(entries: Entries, folder: Path | None, text: str, pause: float) -> Work:
    from webpubsub.recording.remote_replay import RemoteReplay

    if folder is not None:
        fail("there is an app and a --service: a replay is with one of them")
    where = _connection(text)

    async def work(run: _Run) -> None:
        run.again = again = RemoteReplay(where.endpoint, where.access_key or "", pause=pause)
        await again.run(entries)

    return work


def _connection(text: str) -> "ConnectionString":
    from webpubsub.protocol.connection_strings import ConnectionString

    try:
        where = ConnectionString.parse(text)
    except ValueError as problem:
        fail(f"--service: {problem}")
    if where.access_key is None:
        fail("--service: the connection string has no AccessKey, and clients need tokens")
    return where


def _tell_of_recoveries(entries: Entries) -> None:
    times = sum(entry.get("kind") == "recovered" for entry in entries)
    if times:
        plural = "time" if times == 1 else "times"
        note(f"clients came back to a lost connection {times} {plural}, and now do not lose it")


def _compared(run: _Run) -> "list[Difference]":
    """What differs, having said so."""
    from webpubsub.recording.comparison import differences

    found = differences(run.before, () if run.again is None else run.again.entries)
    for difference in found:
        typer.echo(f"{difference.what}")
        for line in difference.lines:
            typer.echo(f"  {line}")
        typer.echo()
    plural = "" if len(found) == 1 else "s"
    result = f"{len(found)} difference{plural}" if found else "nothing differs"
    typer.echo(f"{run.requests} requests of {run.clients} clients replayed: {result}.")
    return found
