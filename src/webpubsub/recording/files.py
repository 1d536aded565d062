"""A recording as a file: a header, then an entry on each line, all of them JSON."""

import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import msgspec

from webpubsub.recording.entries import check_entry

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
    """The entries of a file. What ended while a line was written has all but that line. Raises
    RecordingError."""
    try:
        lines = path.read_bytes().split(b"\n")
    except OSError as problem:
        raise RecordingError(f"{path} cannot be read: {problem.strerror}.") from None
    _check_header(path, lines[0])
    if lines[-1].strip() and not _is_whole(lines[-1]):
        logger.warning("%s ends within an entry, which is left out", path)
        lines.pop()
    return [_entry(path, number, one) for number, one in enumerate(lines[1:], 2) if one.strip()]


def _check_header(path: Path, line: bytes) -> None:
    try:
        version = msgspec.json.decode(line, type=dict[str, Any])[_MARK]
    except (msgspec.MsgspecError, KeyError, UnicodeDecodeError):
        raise RecordingError(
            f"{path} is no recording; 'webpubsub record FILE' makes one."
        ) from None
    if version != _VERSION:
        raise RecordingError(
            f"{path} is a recording of the version {version!r}, and this is for version "
            f"{_VERSION}: use the webpubsub that has made it."
        )


def _is_whole(line: bytes) -> bool:
    try:
        msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _entry(path: Path, number: int, line: bytes) -> Mapping[str, Any]:
    try:
        entry = msgspec.json.decode(line, type=dict[str, Any])
        check_entry(entry)
    except ValueError as problem:
        raise RecordingError(f"{path}, line {number}: {problem}.") from None
    return entry
