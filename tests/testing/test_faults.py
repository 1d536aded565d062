"""Faults on demand, for the clients of a test."""

import pytest

from tests.testing.world import JOINING
from webpubsub.testing import ConnectRefused, RequestFailed, UnknownConnection, World

pytestmark = pytest.mark.webpubsub(app="tests/testing/apps/room")


async def test_a_client_is_dropped(webpubsub: World) -> None:
    """And comes back, if it can."""
    alice = await webpubsub.connect(user="alice", protocol="json.reliable")
    webpubsub.faults.drop(alice)
    await alice.expect_closed(1006)
    with pytest.raises(UnknownConnection, match="alice has no connection"):
        webpubsub.faults.drop(alice)
    await alice.recover()
    await alice.send_event("message", "back")


async def test_a_client_is_frozen(webpubsub: World) -> None:
    """Until it thaws."""
    alice = await webpubsub.connect(user="alice")
    webpubsub.faults.freeze(alice)
    await webpubsub.service.send_to_all("kept")
    await alice.expect_nothing()
    webpubsub.faults.thaw(alice)
    await alice.expect("kept")


async def test_messages_are_late_by_the_clock(webpubsub: World) -> None:
    """For one client, or for all that there are."""
    alice, bob = await webpubsub.connect(user="alice"), await webpubsub.connect(user="bob")
    webpubsub.faults.delay(5, alice)
    await webpubsub.service.send_to_all("one")
    await bob.expect("one")
    await alice.expect_nothing()
    await webpubsub.clock.advance(5)
    await alice.expect("one")
    webpubsub.faults.delay(5)
    await webpubsub.service.send_to_all("two")
    await bob.expect_nothing("two")  # it may be time for the timer of the app
    webpubsub.faults.clear()


async def test_an_ack_is_lost(webpubsub: World) -> None:
    """What it was for is done."""
    alice = await webpubsub.connect(user="alice", roles=JOINING)
    alice.patience = 0.05
    webpubsub.faults.lose_next_ack(alice)
    with pytest.raises(RequestFailed, match="there was no ack"):
        await alice.join("g")
    assert await webpubsub.service.group_exists("g")
    await alice.leave("g")


async def test_a_message_comes_twice(webpubsub: World) -> None:
    """As from a network that is too eager."""
    alice = await webpubsub.connect(user="alice")
    webpubsub.faults.duplicate_next(alice)
    await webpubsub.service.send_to_all("hi")
    await alice.expect("hi")
    await alice.expect("hi")


async def test_an_event_fails(webpubsub: World) -> None:
    """Without the app."""
    webpubsub.faults.fail_next("connect", status=403)
    with pytest.raises(ConnectRefused) as refused:
        await webpubsub.connect(user="alice")
    assert refused.value.status == 403
    alice = await webpubsub.connect(user="alice")
    webpubsub.faults.fail_next("message", message="no")
    with pytest.raises(RequestFailed):
        await alice.send_event("message", "hi")
    assert not webpubsub.invocations("message")
    await alice.send_event("message", "hi")


async def test_tokens_are_too_old(webpubsub: World) -> None:
    """Whoever made them."""
    webpubsub.faults.expire_tokens()
    with pytest.raises(ConnectRefused, match="expired"):
        await webpubsub.connect(user="alice")
    webpubsub.faults.clear()
    await webpubsub.connect(user="alice")


async def test_the_service_is_recycled(webpubsub: World) -> None:
    """Everybody has to come anew."""
    alice = await webpubsub.connect(user="alice")
    webpubsub.faults.recycle()
    await alice.expect_closed(1001)
    await webpubsub.connect(user="alice")
