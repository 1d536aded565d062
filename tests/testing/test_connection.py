"""The connection of a client in a test; what comes through it is tested with clients."""

import pytest

from webpubsub.testing.connection import ClientConnection
from webpubsub.testing.dialects import JsonDialect
from webpubsub.testing.errors import NotConnected
from webpubsub.testing.inboxes import Inbox


async def test_without_a_socket_nothing_happens() -> None:
    """What cannot be sent is told; all else is harmless."""
    connection = ClientConnection("alice", JsonDialect(), Inbox())
    with pytest.raises(NotConnected, match="alice has no connection any more"):
        await connection.send("hi")
    await connection.close(0.01)
    await connection.until_over(0.01)
    await connection.abandon()
    assert (connection.closed, connection.is_over) == (None, False)
