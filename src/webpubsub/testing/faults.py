"""Faults on demand in a test, by client."""

from collections.abc import Callable
from functools import partial

from webpubsub.service.faults.faults import Faults, UnknownConnection
from webpubsub.testing.client import Client

# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class WorldFaults:
    """Makes things go wrong for the clients of a test. What is wrong is mended after the test.

    Methods that take a client raise UnknownConnection when it has no connection.
    """

    def __init__(self, faults: Faults) -> None:
        self._faults = faults

    def drop(self, client: Client) -> None:
        """Cut the connection of a client without a word; as ``client.drop()``, without waiting."""
        _happen(client, self._faults.drop)

    def freeze(self, client: Client) -> None:
        """Have nothing arrive any more in either direction, until ``thaw``."""
        _happen(client, self._faults.freeze)

    def thaw(self, client: Client) -> None:
        """Have everything arrive that was held back, and go on."""
        _happen(client, self._faults.thaw)

    def delay(self, seconds: float, client: Client | None = None) -> None:
        """Have everything that is sent to a client, or to all that there are, arrive so much later:
        seconds of the clock of the test."""
        if client is None:
            self._faults.delay(seconds)
        else:
            _happen(client, partial(self._faults.delay, seconds))

    def duplicate_next(self, client: Client) -> None:
        """Have what is sent to a client next arrive twice."""
        _happen(client, self._faults.duplicate_next)

    def lose_next_ack(self, client: Client) -> None:
        """Have the next ack to a client get lost; what it was for is done all the same."""
        _happen(client, self._faults.lose_next_ack)

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


def _happen(client: Client, fault: Callable[[str], None]) -> None:
    try:
        fault(client.connection_id)
    except UnknownConnection:
        problem = UnknownConnection(f"{client.name} has no connection for anything to happen to.")
        raise problem from None
