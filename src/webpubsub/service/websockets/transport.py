"""What an outbox writes to."""

from typing import Protocol


class Transport(Protocol):
    """The sending half of one client's connection, whatever carries it.

    asyncio's own transports satisfy it.
    """

    def write(self, data: bytes) -> None:
        """Send bytes, or keep them to be sent; never blocks."""
        ...

    def is_closing(self) -> bool:
        """Whether writing is no longer of use."""
        ...
