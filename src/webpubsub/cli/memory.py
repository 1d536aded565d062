"""What becomes of memory that a command that serves has freed.

The C library gives what a large message took back to the system at once, and asks for as much when
the next one comes, which the system then makes page by page, 256 for each MiB and copy. That took
longer than everything else that is done for a message of 1 MiB.
"""

import os
import sys
from contextlib import suppress

# The names that mallopt(3) has for these.
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3
#: So many bytes are kept, in which pieces up to some size are made.
_KEPT, _PIECE = 1 << 25, 1 << 22
#: Variables by which somebody else has decided.
_DECIDED = ("MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "GLIBC_TUNABLES")


def keep_freed_memory() -> None:
    """Give nothing back that a few large messages will need again; other C libraries than glibc do
    as they like, as do Pythons that cannot ask one. Whoever has told glibc by its environment is
    heeded."""
    # Built without libffi, linked without a dynamic loader, or another library.
    with suppress(ImportError, OSError, AttributeError):
        if sys.platform == "linux" and os.environ.keys().isdisjoint(_DECIDED):
            import ctypes

            mallopt = ctypes.CDLL(None).mallopt
            mallopt(_TRIM_THRESHOLD, _KEPT)
            mallopt(_MMAP_THRESHOLD, _PIECE)
