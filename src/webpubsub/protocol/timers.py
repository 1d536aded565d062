"""Time that passes, for whoever waits for it.

An event loop is one of these, and what everybody goes by unless told otherwise; a test has one that
it moves itself.
"""

from collections.abc import Callable
from typing import Protocol


class Timer(Protocol):
    """Something that is to happen later."""

    def cancel(self) -> None:
        """Let it not happen."""
        ...


class Timers(Protocol):
    """Tells the time in seconds, from any moment on, and calls back when some of it has passed."""

    def time(self) -> float:
        """The time, which never goes back."""
        ...

    def call_later(self, delay: float, callback: Callable[[], object], /) -> Timer:
        """Call back in so many seconds."""
        ...

    def call_at(self, when: float, callback: Callable[[], object], /) -> Timer:
        """Call back at a time; at once, if it is over."""
        ...
