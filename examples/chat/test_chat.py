"""What people in the room notice: run ``pytest examples/chat``."""

import pytest

from webpubsub.testing import ConnectRefused, World


async def test_a_message_reaches_everybody(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice", protocol="simple")
    bob = await webpubsub.connect(user="bob", protocol="simple")
    await alice.send_event("message", "hello")
    await alice.expect({"from": "alice", "text": "hello"})
    await bob.expect({"from": "alice", "text": "hello"})


async def test_messages_are_counted_for_their_sender(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice")
    for number in (1, 2):
        await alice.send_event("message", "hello")
        await alice.expect({"from": "[system]", "text": f"message {number}"})


async def test_who_comes_and_goes_is_announced(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice")
    bob = await webpubsub.connect(user="bob")
    await alice.expect({"from": "[system]", "text": "bob joined"})
    await alice.expect({"from": "[system]", "roster": ["alice", "bob"]})
    await bob.close()
    await alice.expect({"from": "[system]", "text": "bob left"})
    await alice.expect({"from": "[system]", "roster": ["alice"]})


async def test_somebody_who_loses_the_connection_has_left(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice")
    bob = await webpubsub.connect(user="bob")
    await bob.drop()
    await alice.expect({"from": "[system]", "text": "bob left"})


@pytest.mark.parametrize("user", ["attacker", "[system]", None])
async def test_who_is_not_welcome(webpubsub: World, user: str | None) -> None:
    with pytest.raises(ConnectRefused, match="This name is not welcome here") as refused:
        await webpubsub.connect(user=user)
    assert refused.value.status == 401


async def test_the_page_and_its_url(webpubsub: World) -> None:
    page = await webpubsub.http.get("/api/index")
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    url = (await webpubsub.http.get("/api/negotiate?user=alice")).json()["url"]
    alice = await webpubsub.connect(url, protocol="simple")
    assert alice.user_id == "alice"


async def test_a_message_is_sent_once(webpubsub: World) -> None:
    alice = await webpubsub.connect(user="alice")
    await alice.send_event("message", "hello")
    (action,) = webpubsub.invocations("message")[0].actions
    assert (action.name, action.data) == ("sendToAll", {"from": "alice", "text": "hello"})
