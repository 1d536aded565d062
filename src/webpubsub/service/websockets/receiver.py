"""What a WebSocket tells of its client."""

from typing import Protocol

from webpubsub.protocol.clients.codec import Frame
from webpubsub.protocol.refusals import Refusal


class Receiver(Protocol):
    """Takes what a client sends, in order."""

    def message(self, frame: Frame) -> None:
        """A whole message."""
        ...

    def goodbye(self, code: int, reason: str) -> None:
        """The client's close frame; nothing follows it. Answer with ``WebSocket.close``."""
        ...

    def broken(self, refusal: Refusal) -> None:
        """The client broke the WebSocket protocol; nothing follows. Answer with
        ``WebSocket.close``."""
        ...

    def dropped(self, refusal: Refusal) -> None:
        """The client was cut off without a word, because it does not read or does not answer."""
        ...

    def lost(self) -> None:
        """The connection is gone: the last call, made once."""
        ...
