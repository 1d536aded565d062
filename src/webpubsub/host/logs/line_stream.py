"""A text stream in the place of the standard output or error that takes whole lines."""

import io
import threading
from abc import ABC, abstractmethod
from typing import BinaryIO, TextIO


class LineStream(io.TextIOBase, ABC):
    """Takes lines once they are whole, from any thread.

    Bytes, and whoever asks for the file descriptor, go to the stream of the process that it stands
    in the place of, ``original``.
    """

    encoding = "utf-8"

    def __init__(self, original: TextIO | None = None) -> None:
        self._original = original
        self._lock = threading.Lock()
        self._begun = ""

    @abstractmethod
    def take(self, lines: str) -> None:
        """Do with lines what is to be done; each ends with a line feed."""

    def write(self, text: str) -> int:
        """Take a text; what is no whole line yet waits for the rest of it."""
        with self._lock:
            whole, end, rest = (self._begun + text).rpartition("\n")
            self._begun = rest
        if end:
            self.take(whole + end)
        return len(text)

    def end(self) -> None:
        """Take the last line as it is: there is no rest of it."""
        with self._lock:
            rest, self._begun = self._begun, ""
        if rest:
            self.take(f"{rest}\n")

    def flush(self) -> None:
        """Write out the bytes that were written past it."""
        if self._original is not None:
            self._original.flush()

    def writable(self) -> bool:
        """It is there to be written to."""
        return True

    @property
    def buffer(self) -> BinaryIO:
        """Where bytes go. Raises AttributeError when it stands in nobody's place."""
        if self._original is None:
            raise AttributeError("there is no buffer")
        return self._original.buffer

    def fileno(self) -> int:
        """The file descriptor. Raises OSError when it stands in nobody's place."""
        return super().fileno() if self._original is None else self._original.fileno()
