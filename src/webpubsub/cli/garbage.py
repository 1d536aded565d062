"""How often a command that serves looks through its memory for garbage.

Most objects are freed when nobody refers to them any more; looked for are only those that refer to
each other. Python does so whenever 700 have come to be, and with many clients that is many walks
through objects of which none is garbage, while everybody waits: when 9,000 clients connected at
once, the longest walk took 168 ms, and takes 23 ms when it is as rare as here and does not visit
what was loaded before the first client came.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: How many new objects there are before the next look.
_NEW_OBJECTS = 10_000


@contextmanager
def collected_rarely() -> Iterator[None]:
    """Look for garbage less often meanwhile."""
    often = gc.get_threshold()
    gc.set_threshold(_NEW_OBJECTS, *often[1:])
    try:
        yield
    finally:
        visit_what_is_loaded()
        gc.set_threshold(*often)


def spare_what_is_loaded() -> None:
    """Look for no garbage in what there is now: it stays."""
    gc.freeze()


def visit_what_is_loaded() -> None:
    """Look through everything again: some of it is of no use any more."""
    gc.unfreeze()
