"""What is kept of a timer between two runs of the host: when it fired, and when it should next.

Specification: functions-python section 7.
"""

import logging
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Protocol
from urllib.parse import quote

import msgspec

from webpubsub.host.settings.state_directory import state_directory

logger = logging.getLogger("webpubsub.host.timers")


class TimerStatus(msgspec.Struct, frozen=True, kw_only=True):
    """``last`` is None until the timer has fired on its present schedule. All times have a zone."""

    last: datetime | None
    next: datetime
    last_updated: datetime


class StatusStore(Protocol):
    """Keeps the status of each timer of one app, by the name of its function."""

    def read(self, function_name: str) -> TimerStatus | None:
        """The status, or None when there is none that can be read."""
        ...

    def write(self, function_name: str, status: TimerStatus) -> None:
        """Keep a status in place of the one before. Never raises."""
        ...


class MemoryStatusStore:
    """Statuses that are gone with the process."""

    def __init__(self) -> None:
        self._statuses: dict[str, TimerStatus] = {}

    def read(self, function_name: str) -> TimerStatus | None:
        """The status, or None."""
        return self._statuses.get(function_name)

    def write(self, function_name: str, status: TimerStatus) -> None:
        """Keep a status."""
        self._statuses[function_name] = status


class FileStatusStore:
    """Statuses as JSON files in a directory, one for each timer.

    A file that cannot be read or written costs a warning and what it would have remembered, never
    a run of the timer.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    @classmethod
    def for_app(cls, app_directory: Path, environment: Mapping[str, str]) -> "FileStatusStore":
        """The store of an app, in the user's directory for state and outside the app's own."""
        return cls(state_directory("timers", app_directory, environment))

    def read(self, function_name: str) -> TimerStatus | None:
        """The status, or None."""
        path = self._path(function_name)
        try:
            status = msgspec.json.decode(path.read_bytes(), type=TimerStatus)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.DecodeError) as error:
            logger.warning("The status of timer '%s' is lost: %s: %s", function_name, path, error)
            return None
        return status if _is_complete(status) else None

    def write(self, function_name: str, status: TimerStatus) -> None:
        """Keep a status; a reader sees either it or the one before."""
        path = self._path(function_name)
        fresh = path.with_suffix(".new")
        try:
            self._directory.mkdir(parents=True, exist_ok=True)
            fresh.write_bytes(msgspec.json.encode(status))
            os.replace(fresh, path)
        except OSError as error:
            logger.warning(
                "The status of timer '%s' cannot be kept: %s: %s", function_name, path, error
            )

    def _path(self, function_name: str) -> Path:
        return self._directory / f"{quote(function_name.lower(), safe='')}.json"


def _is_complete(status: TimerStatus) -> bool:
    times = (status.last or status.next, status.next, status.last_updated)
    return all(time.tzinfo is not None for time in times)
