"""Runs an app, and reads it again whenever its files change, while its clients stay connected.

Specification: functions-python section 8.7.
"""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, nullcontext, suppress
from importlib.util import cache_from_source
from pathlib import Path
from typing import TYPE_CHECKING

from webpubsub.cli.console import runs_unattended, tell_error, tell_problem, timed_line
from webpubsub.cli.garbage import spare_what_is_loaded, visit_what_is_loaded
from webpubsub.cli.long_work import done_unless
from webpubsub.host.control import HostState
from webpubsub.host.errors import BrokenApp, HostError
from webpubsub.host.settings.app_files import AppFiles

if TYPE_CHECKING:
    from webpubsub.composition.local_app import LocalApp

#: Milliseconds without a change that end a change, and the most that one lasts: editors, formatters
#: and version control write several files in a row.
_QUIET = 200
_LONGEST = 2000
_SHOWN = 3


@asynccontextmanager
async def running(
    app: "LocalApp", show: Callable[[], None], *, reloads: bool = True
) -> AsyncIterator[None]:
    """Run the app meanwhile, and follow its files if it ``reloads``; ``show`` says what runs, at
    first and after each change.

    Raises HostError when the app cannot start. One that is broken is waited for until a change
    mends it, unless it is not followed or nobody is there to mend it.
    """
    waits = reloads and not runs_unattended(os.environ)
    try:
        async with _followed(app, show) if reloads else nullcontext(asyncio.Event()) as begun:
            await _start(app, show, waits=waits)
            begun.set()
            yield
    finally:
        await app.stop()


@asynccontextmanager
async def _followed(app: "LocalApp", show: Callable[[], None]) -> AsyncIterator[asyncio.Event]:
    """What changes until the event that this gives counts, too, and not before it is set."""
    # It tells of every change, and a log in the app's folder is changed by that.
    logging.getLogger("watchfiles").setLevel(logging.WARNING)
    begun, stop = asyncio.Event(), asyncio.Event()
    watcher = asyncio.create_task(_follow(app, show, begun, stop))
    await asyncio.sleep(0)  # it watches from here on
    try:
        yield begun
    finally:
        stop.set()
        begun.set()
        await watcher


async def _start(app: "LocalApp", show: Callable[[], None], *, waits: bool) -> None:
    try:
        await app.start(waits=waits)
    except BrokenApp as problem:
        if not waits:
            raise
        _tell_broken(app, problem)
    else:
        show()
        spare_what_is_loaded()


async def _follow(
    app: "LocalApp", show: Callable[[], None], begun: asyncio.Event, stop: asyncio.Event
) -> None:
    from watchfiles import awatch

    def is_of_app(_change: object, path: str) -> bool:
        return Path(path) in AppFiles(app.folder, app.host.app.config)

    try:
        async for changes in awatch(
            app.folder, watch_filter=is_of_app, step=_QUIET, debounce=_LONGEST, stop_event=stop
        ):
            await begun.wait()
            if stop.is_set():
                return
            paths = [Path(path) for _, path in changes]
            _tell_changes(path.relative_to(app.folder) for path in paths)
            _forget_bytecode(paths)
            # An app that takes long to import, or for ever, does not hold up the end.
            await done_unless(stop, _reload(app, show))
    except OSError as error:
        tell_error(
            f"{app.folder} cannot be watched ({error}), so changes need a restart. Raise the limit "
            "that is named, or start with --no-reload."
        )


def _tell_changes(paths: Iterable[Path]) -> None:
    names = sorted(str(path) for path in paths)
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    timed_line(f"File change detected for {', '.join(names[:_SHOWN])}{more}; signaling restart.")


def _forget_bytecode(paths: Iterable[Path]) -> None:
    """Python knows the source of bytecode by its size and whole seconds, and would run the first of
    two edits within a second."""
    for path in paths:
        with suppress(OSError):
            Path(cache_from_source(path)).unlink(missing_ok=True)


async def _reload(app: "LocalApp", show: Callable[[], None]) -> None:
    visit_what_is_loaded()
    try:
        await app.reload()
    except HostError as problem:
        _tell_broken(app, problem)
    except Exception:
        logging.getLogger(__name__).exception("The app could not be read again.")
    else:
        show()


def _tell_broken(app: "LocalApp", problem: HostError) -> None:
    tell_problem(problem)
    if app.host.state is HostState.RUNNING:
        timed_line("The app that ran before goes on, until the next change.")
    else:
        timed_line("No app runs, until a change mends it.")
