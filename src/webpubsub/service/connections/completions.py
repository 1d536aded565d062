"""Acks in the order of the requests they answer.

An ack is a completion, not the line after the work: the work may finish later than that of a
younger request (it will, once other nodes have to confirm), and some clients need their acks held
back. Specification: client-protocols section 5.6 and section 14, fact 7.
"""

import asyncio
from collections import deque
from collections.abc import Callable


class Completion:
    """One request that waits for its ack."""

    __slots__ = ("_completions", "data", "due")

    def __init__(self, completions: "Completions") -> None:
        self._completions = completions
        self.data: bytes | None = None
        self.due = 0.0

    def complete(self, data: bytes) -> None:
        """The request is done; ``data`` is its ack, ready for the wire."""
        self.data = data
        self._completions.settle(self)


class Completions:
    """The acks that one client waits for, first in, first out.

    ``delay`` in seconds is how long an ack is held back after its request is done.
    """

    __slots__ = ("_delay", "_loop", "_send", "_timer", "_waiting")

    def __init__(
        self, send: Callable[[bytes], None], delay: float, loop: asyncio.AbstractEventLoop
    ) -> None:
        self._send = send
        self._delay = delay
        self._loop = loop
        # Made when it is needed: an empty one is larger than everything else here.
        self._waiting: deque[Completion] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def expect(self) -> Completion:
        """Take a place in the queue for a request that begins."""
        completion = Completion(self)
        if self._waiting is None:
            self._waiting = deque()
        self._waiting.append(completion)
        return completion

    def settle(self, completion: Completion) -> None:
        """Send every ack whose turn it is, now or when the delay has passed."""
        if self._delay:
            completion.due = self._loop.time() + self._delay
            if self._timer is None:
                self._timer = self._loop.call_later(self._delay, self._on_timer)
        else:
            self._release(0.0)

    def close(self) -> None:
        """Send what is done, delayed or not, and forget the rest."""
        self._release(float("inf"))
        self._waiting = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _on_timer(self) -> None:
        self._timer = None
        self._release(self._loop.time())
        if self._waiting and self._waiting[0].data is not None:
            pause = self._waiting[0].due - self._loop.time()
            self._timer = self._loop.call_later(pause, self._on_timer)

    def _release(self, now: float) -> None:
        waiting = self._waiting
        while waiting and waiting[0].due <= now:
            data = waiting[0].data
            if data is None:
                return
            waiting.popleft()
            self._send(data)
        if not waiting:
            self._waiting = None
