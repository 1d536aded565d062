"""Events into a file, one line of JSON each: for development.

The file is opened for every batch, so that it can be moved or deleted while the service runs.
Specification: upstream-events section 16.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.listener_events import json_line, listener_event
from webpubsub.service.listeners.target import ListenerError, Undelivered


class JsonLinesFile:
    """A file that grows; it is never cut short or rotated."""

    def __init__(self, path: str) -> None:
        self._path = Path(path)

    @property
    def name(self) -> str:
        """The path as it was given."""
        return f"'{self._path}'"

    async def check(self) -> None:
        """Raise ListenerError when the file cannot be written; it is there afterwards."""
        try:
            await asyncio.to_thread(self._append, b"")
        except OSError as error:
            raise ListenerError(
                f"the event listener cannot write the file {self.name}: {_reason(error)}. Create "
                "its folder, or choose another path."
            ) from None

    async def send(self, events: Sequence[AnyEventRequest]) -> None:
        """Append a line for each event, in a thread."""
        try:
            await asyncio.to_thread(self._write, events)
        except OSError as error:
            raise Undelivered(len(events), f"it cannot be written: {_reason(error)}") from None

    async def close(self) -> None:
        """Nothing stays open."""

    def _write(self, events: Sequence[AnyEventRequest]) -> None:
        self._append(b"".join(json_line(listener_event(event)) for event in events))

    def _append(self, lines: bytes) -> None:
        with self._path.open("ab") as file:
            file.write(lines)


def _reason(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
