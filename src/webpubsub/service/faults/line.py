"""The way to one client, which can be made worse.

It takes the place of the transport that an outbox writes to, so that everything before it is as it
always is.
"""

from collections import deque

from webpubsub.protocol.timers import Timers
from webpubsub.service.websockets.transport import Transport


class Line:
    """Passes on what is written, unless it is to be kept, delayed or doubled.

    Nothing overtakes: what arrives brings everything along that was written before it.
    """

    def __init__(self, transport: Transport, timers: Timers) -> None:
        self.delay = 0.0
        self.duplicates = 0
        self._transport = transport
        self._timers = timers
        self._frozen = False
        self._kept: list[bytes] = []
        self._under_way: deque[bytes] = deque()
        self._written = self._arrived = 0

    def write(self, data: bytes) -> None:
        """Send some whole frames, those of one turn of the event loop."""
        if self.duplicates:
            self.duplicates -= 1
            data += data
        self._under_way.append(data)
        self._written += 1
        number = self._written
        if self.delay and not self._frozen:
            self._timers.call_later(self.delay, lambda: self._arrive_until(number))
        else:
            self._arrive_until(number)

    def is_closing(self) -> bool:
        """Whether writing is no longer of use."""
        return self._transport.is_closing()

    @property
    def is_frozen(self) -> bool:
        """Whether everything is kept."""
        return self._frozen

    def freeze(self) -> None:
        """Keep everything from now on."""
        self._frozen = True

    def thaw(self) -> None:
        """Send what was kept, and keep nothing more."""
        self._frozen = False
        kept, self._kept = self._kept, []
        self._arrive(b"".join(kept))

    def _arrive_until(self, number: int) -> None:
        while self._arrived < number:
            self._arrived += 1
            self._arrive(self._under_way.popleft())

    def _arrive(self, data: bytes) -> None:
        if self._frozen:
            self._kept.append(data)
        elif data and not self._transport.is_closing():
            self._transport.write(data)
