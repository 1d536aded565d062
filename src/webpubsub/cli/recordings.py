"""Recordings that commands make on the side."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from webpubsub.cli.console import fail, note

if TYPE_CHECKING:
    from webpubsub.service.service import Service

RecordOption = Annotated[
    Path | None,
    typer.Option(
        "--record",
        metavar="FILE",
        help="New file to record in what clients do and what comes of it, for 'webpubsub replay'.",
        show_default=False,
    ),
]


@contextmanager
def recorded(service: "Service", path: Path | None) -> Iterator[Callable[[], None]]:
    """Record what passes the service, if there is a file to do it in, until what is given is
    called: that a service stops is nothing that clients have done. Ends the command when the file
    cannot be written."""
    if path is None:
        yield lambda: None
        return
    from webpubsub.recording.files import RecordingError, RecordingFile
    from webpubsub.recording.recorder import Recorder

    try:
        file = RecordingFile(path)
    except RecordingError as problem:
        fail(str(problem))
    detach = service.point.attach(Recorder(file.write))
    try:
        yield detach
    finally:
        detach()
        file.close()
        note(f"{file.entries} entries recorded in {path}")
