"""What clients of the app get: the app, its service and the clients in one process."""

import pytest

from webpubsub.testing import ConnectRefused, World


async def test_a_message_reaches_everyone(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice")
    bob = await webpubsub.connect(user="bob")
    await alice.send_event("message", "hello")
    for client in (alice, bob):
        await client.expect({"from": "alice", "text": "hello"})


async def test_who_leaves_is_announced(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice")
    bob = await webpubsub.connect(user="bob")
    await bob.close()
    await alice.expect({"text": "bob has left"})


async def test_nobody_comes_in_without_a_name(webpubsub: World) -> None:
    with pytest.raises(ConnectRefused, match="Please say who you are"):
        await webpubsub.connect()
