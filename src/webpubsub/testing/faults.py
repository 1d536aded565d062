"""Faults on demand in a test, by client."""

from webpubsub.service.faults.faults import Faults
from webpubsub.testing.client import Client


class WorldFaults:
    """Makes things go wrong for the clients of a test. What is wrong is mended after the test."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def drop(self, client: Client) -> None:
        """Cut the connection of a client without a word; as ``client.drop()``, without waiting."""
        self._faults.drop(client.connection_id)

    def freeze(self, client: Client) -> None:
        """Have nothing arrive any more in either direction, until ``thaw``."""
        self._faults.freeze(client.connection_id)

    def thaw(self, client: Client) -> None:
        """Have everything arrive that was held back, and go on."""
        self._faults.thaw(client.connection_id)

    def delay(self, seconds: float, client: Client | None = None) -> None:
        """Have everything that is sent to a client, or to all that there are, arrive so much later:
        seconds of the clock of the test."""
        self._faults.delay(seconds, None if client is None else client.connection_id)

    def duplicate_next(self, client: Client) -> None:
        """Have what is sent to a client next arrive twice."""
        self._faults.duplicate_next(client.connection_id)

    def lose_next_ack(self, client: Client) -> None:
        """Have the next ack to a client get lost; what it was for is done all the same."""
        self._faults.lose_next_ack(client.connection_id)

    def fail_next(self, event: str, status: int = 500, message: str = "a fault on purpose") -> None:
        """Have the next event of this name fail; the app is not asked."""
        self._faults.fail_next(event, status, message)

    def expire_tokens(self) -> None:
        """Have every token with which a client comes be too old."""
        self._faults.expire_tokens()

    def recycle(self) -> None:
        """Send everybody away as a service does that goes down, and be there again at once."""
        self._faults.recycle()

    def clear(self) -> None:
        """Let everything be as it was."""
        self._faults.clear()
