"""Who may run a timer: one generation of the app at a time.

When the app is read again, a run that has begun goes on in the generation before. The same timer of
the next one waits for its end: runs never overlap, and the status that the next one finds is that
of the last run. Specification: functions-python sections 7 and 8.7.
"""

import asyncio
from weakref import WeakValueDictionary


class Turns:
    """A lock for each timer, by the name of its function in any letter case."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Lock:
        """The lock that a timer holds while it waits and runs."""
        return self._locks.setdefault(name.lower(), asyncio.Lock())
