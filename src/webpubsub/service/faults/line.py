"""The way to one client, which can be made worse.

It takes the place of the transport that an outbox writes to, so that everything before it is as it
always is.
"""

from webpubsub.protocol.timers import Timers
from webpubsub.service.websockets.transport import Transport


class Line:
    """Passes on what is written, unless it is to be kept, delayed or doubled."""

    def __init__(self, transport: Transport, timers: Timers) -> None:
        self.delay = 0.0
        self.duplicates = 0
        self._transport = transport
        self._timers = timers
        self._frozen = False
        self._kept: list[bytes] = []

    def write(self, data: bytes) -> None:
        """Send some whole frames, those of one turn of the event loop."""
        if self.duplicates:
            self.duplicates -= 1
            data += data
        if self._frozen:
            self._kept.append(data)
        elif self.delay:
            self._timers.call_later(self.delay, lambda: self._arrive(data))
        else:
            self._arrive(data)

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

    def _arrive(self, data: bytes) -> None:
        if self._frozen:
            self._kept.append(data)
        elif data and not self._transport.is_closing():
            self._transport.write(data)
