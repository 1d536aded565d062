"""What is written to the standard output past Python's own stream: by child processes, by C code,
and to the file descriptor itself."""

import codecs
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TextIO

_CHUNK = 65_536
#: A child process that lives on must not keep the command from ending.
_SECONDS = 1.0


class DescriptorCapture:
    """Gives what is written to a file descriptor to ``take``, in a thread, until its ``end``.

    The descriptor is one end of a pipe meanwhile, and child processes inherit it. ``stream`` writes
    to where it led before, JSON in UTF-8 whatever the locale.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        # Lone surrogates, which names of files may hold, become escapes of JSON.
        self.stream: TextIO = os.fdopen(
            os.dup(descriptor), "w", buffering=1, encoding="utf-8", errors="backslashreplace"
        )
        self._reading, writing = os.pipe()
        os.dup2(writing, descriptor)
        os.close(writing)
        self._thread: threading.Thread | None = None

    def begin(self, take: Callable[[str], object]) -> None:
        """Give texts to ``take`` from now on, in pieces of any size."""
        self._thread = threading.Thread(
            target=self._lead, args=(take,), name="capture of the output", daemon=True
        )
        self._thread.start()

    def end(self) -> None:
        """Lead where it led before, once what has been written is taken."""
        os.dup2(self.stream.fileno(), self._descriptor)
        if self._thread is not None:
            self._thread.join(_SECONDS)

    def _lead(self, take: Callable[[str], object]) -> None:
        with os.fdopen(self._reading, "rb", buffering=0) as pipe:
            decoder = codecs.getincrementaldecoder("utf-8")("backslashreplace")
            while data := pipe.read(_CHUNK):
                _give(take, decoder.decode(data))
            _give(take, decoder.decode(b"", final=True))


def _give(take: Callable[[str], object], text: str) -> None:
    """Whoever read the output may have gone; then those who write must not wait for ever."""
    with suppress(OSError):
        take(text)
