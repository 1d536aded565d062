"""How clients of a test come in."""

import pytest

from webpubsub.testing import ConnectRefused, World

pytestmark = pytest.mark.webpubsub(app=None, hubs={"room": {}})


async def test_a_plain_client_is_introduced(webpubsub: World) -> None:
    """It is told nothing, and knows who it is all the same."""
    first = await webpubsub.connect(user="one", protocol="simple")
    second = await webpubsub.connect(user="two", protocol="simple")
    assert (first.user_id, second.user_id) == ("one", "two")
    assert first.connection_id != second.connection_id


async def test_who_is_refused_is_told_why(webpubsub: World) -> None:
    """At the door, and when it comes back too late."""
    alice = await webpubsub.connect(user="alice", protocol="json.reliable")
    with pytest.raises(ConnectRefused) as refused:
        await webpubsub.connect(alice.address)
    assert refused.value.status == 401
    assert refused.value.reason.startswith("handshake.")
    await alice.drop()
    await webpubsub.clock.advance(60)
    with pytest.raises(ConnectRefused, match="1008"):
        await alice.recover()
