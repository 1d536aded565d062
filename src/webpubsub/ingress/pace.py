"""How slow the client of an HTTP connection may be.

A head that has begun has to be whole soon. What waits for a client that does not read is kept, and
so is its connection; so its system has to confirm some of it, if only a little, in each minute.
Whoever is slower is cut off without a word.
"""

import asyncio
from collections.abc import Callable
from typing import TypeAlias

from webpubsub.ingress.send_queue import send_queue_size
from webpubsub.protocol.timers import Timer

#: How long a client may read nothing, as with nginx (``send_timeout``).
UNREAD_SECONDS = 60.0
#: What it has to read in that time, as with the server of Azure (Kestrel's
#: ``MinResponseDataRate``, 240 bytes a second): less would hold large answers for ever.
LEAST_READ_BYTES = 14_400

#: Has something called in so many seconds.
After: TypeAlias = Callable[[float, Callable[[], None]], Timer]


class Pace:
    """That of one client. It has ``head_seconds`` for a head."""

    __slots__ = ("_after", "_head", "_head_seconds", "_size", "_transport", "_unread")

    def __init__(self, transport: asyncio.Transport, after: After, head_seconds: float) -> None:
        self._transport = transport
        self._after = after
        self._head_seconds = head_seconds
        self._head: Timer | None = None
        self._unread: Timer | None = None
        self._size = 0

    def begin_head(self) -> None:
        """A part of a head has come, maybe not the first one."""
        if self._head is None:
            self._head = self._after(self._head_seconds, self._transport.abort)

    def end_head(self) -> None:
        """It is whole."""
        if self._head is not None:
            self._head.cancel()
            self._head = None

    @property
    def is_unread(self) -> bool:
        """Whether it has much to read, or the last of it."""
        return self._unread is not None

    def begin_reading(self) -> None:
        """It has much to read from now on."""
        if self._unread is None:
            self._wait()

    def end_reading(self) -> None:
        """It has read nearly all of it, which is enough unless it was the last."""
        if not self._transport.is_closing():
            self._end_wait()

    def begin_end(self) -> None:
        """Nothing more comes, if its connection is being closed: it has to read what there is."""
        if self._transport.is_closing() and self._transport.get_write_buffer_size():
            self.begin_reading()

    def end(self) -> None:
        """It has gone."""
        self.end_head()
        self._end_wait()

    def _wait(self) -> None:
        self._size = self._waiting_size()
        self._unread = self._after(UNREAD_SECONDS, self._look)

    def _end_wait(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def _look(self) -> None:
        if self._size - self._waiting_size() >= min(LEAST_READ_BYTES, self._size):
            self._wait()
        else:
            self._transport.abort()

    def _waiting_size(self) -> int:
        """The system holds megabytes, of which it takes more only when a third has been read."""
        return self._transport.get_write_buffer_size() + send_queue_size(self._transport)
