"""Tells callgrind, from within the process whose instructions it counts, what to count and where
one part of the work ends and the next begins.

Only modules of Python itself are imported: the import of ours is one of the things to be counted.
"""

import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

#: What callgrind takes as a mark: a function of the C library that nobody else calls.
MARK = "getpgrp"
_POLL = 0.002

#: Switches the counting ``on`` or ``off``.
Switch = Callable[[str], None]


class Gauge:
    """Divides what is counted into parts, each with a name."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch
        self._parts: list[str] = []

    @property
    def parts(self) -> Sequence[str]:
        """The names of the parts so far, in their order."""
        return self._parts

    def mark(self, part: str = "") -> None:
        """Here ends a part. Without a name it is of no interest."""
        os.getpgrp()
        self._parts.append(part)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count what happens in here. Everything else runs ten times as fast."""
        self._switch("on")
        try:
            yield
        finally:
            self._switch("off")


def switch_callgrind(state: str) -> None:
    """Switch the counting of this process on or off, by the monitor that valgrind brings along."""
    command = ["vgdb", "--max-invoke-ms=0", f"--pid={os.getpid()}", "instrumentation", state]
    monitor = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    # It gets through while this process does something, and not while it sleeps.
    while monitor.poll() is None:
        time.sleep(_POLL)
    _, complaint = monitor.communicate()
    if monitor.returncode:
        raise RuntimeError(f"{' '.join(command)}: {complaint.decode().strip()}")


def leave_uncounted(_state: str) -> None:
    """Outside of callgrind there is nothing to switch."""
