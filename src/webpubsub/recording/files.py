"""A recording as a file: a header, then an entry on each line, all of them JSON."""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

logger = logging.getLogger("webpubsub.recording")

_MARK: Final = "webpubsubRecording"
_VERSION: Final = 1
_MOST_BYTES: Final = 256 * 1_048_576
#: What people said is nobody else's business.
_MODE: Final = 0o600


class RecordingError(Exception):
    """A file cannot be written, or is no recording; the text is one line that says why."""


class RecordingFile:
    """A new file to which entries are written, as long as it has room for them.

    Raises RecordingError when it exists or cannot be made.
    """

    def __init__(self, path: Path, *, most_bytes: int = _MOST_BYTES) -> None:
        self.path = path
        self.entries = 0
        self._left = most_bytes
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE)
        except FileExistsError:
            raise RecordingError(
                f"{path} exists and is not overwritten: name another file, or remove it."
            ) from None
        except OSError as problem:
            raise RecordingError(f"{path} cannot be written: {problem.strerror}.") from None
        self._file = os.fdopen(descriptor, "w", buffering=1, encoding="utf-8")
        made = datetime.now(UTC).isoformat(timespec="seconds")
        self._file.write(msgspec.json.encode({_MARK: _VERSION, "made": made}).decode() + "\n")

    def write(self, entry: str) -> None:
        """Add an entry, unless the file is full."""
        self._left -= len(entry)
        if self._left >= 0:
            self.entries += 1
            self._file.write(f"{entry}\n")
        elif self._left + len(entry) >= 0:
            logger.warning("%s is full; nothing more is recorded", self.path)

    def close(self) -> None:
        """Nothing more is to come."""
        self._file.close()


def read_recording(path: Path) -> list[Mapping[str, Any]]:
    """The entries of a file. Raises RecordingError."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as problem:
        raise RecordingError(f"{path} cannot be read: {problem.strerror}.") from None
    entries = [_entry(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not entries or _MARK not in entries[0]:
        raise RecordingError(f"{path} is no recording; 'webpubsub start --record FILE' makes one.")
    if entries[0][_MARK] != _VERSION:
        raise RecordingError(
            f"{path} is a recording of the version {entries[0][_MARK]}, and this is for version "
            f"{_VERSION}: use the webpubsub that has made it."
        )
    return entries[1:]


def _entry(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        return msgspec.json.decode(line, type=dict[str, Any])
    except msgspec.MsgspecError as problem:
        raise RecordingError(f"{path}, line {number}: {problem}.") from None
