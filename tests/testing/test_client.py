"""A client of a test."""

import asyncio

import pytest

from tests.testing.world import JOINING
from webpubsub.testing import NotConnected, RequestFailed, Unexpected, World
from webpubsub.testing.client_protocols import PROTOCOLS

pytestmark = pytest.mark.webpubsub(app=None, hubs={"room": {}})

GROUPING = [name for name in PROTOCOLS if name != "simple"]


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_it_knows_who_it_is(webpubsub: World, protocol: str) -> None:
    """Whatever protocol it speaks."""
    client = await webpubsub.connect(user="alice", protocol=protocol)
    assert client.user_id == "alice"
    assert await webpubsub.service.connection_exists(client.connection_id)
    assert repr(client).startswith("<Client alice at ws://webpubsub.test/client/hubs/room, ")
    await webpubsub.service.send_to_connection(client.connection_id, {"a": 1})
    await client.expect({"a": 1})


@pytest.mark.parametrize("protocol", GROUPING)
async def test_it_takes_part_in_groups(webpubsub: World, protocol: str) -> None:
    """Joins, says something, hears it unless it does not want to, and leaves."""
    alice = await webpubsub.connect(user="alice", protocol=protocol, roles=JOINING)
    bob = await webpubsub.connect(user="bob", protocol="json", groups=["g"])
    await alice.join("g")
    await alice.send_to_group("g", b"\x01")
    await alice.send_to_group("g", {"n": 2}, no_echo=True)
    await bob.expect(b"\x01", group="g", from_="group")
    await bob.expect({"n": 2}, from_user_id="alice")
    await alice.expect(b"\x01")
    assert not alice.unexpected
    await alice.leave("g")
    await webpubsub.service.send_to_group("g", "after")
    await bob.expect("after")
    await alice.expect_nothing()
    assert [one.data for one in bob.messages] == [b"\x01", {"n": 2}, "after"]


@pytest.mark.parametrize("protocol", GROUPING)
async def test_it_shows_a_state_in_a_group(webpubsub: World, protocol: str) -> None:
    """To those who watch."""
    alice = await webpubsub.connect(user="alice", protocol=protocol, roles=JOINING, groups=["g"])
    bob = await webpubsub.connect(user="bob", protocol=protocol, roles=JOINING)
    await alice.set_group_state("g", {"typing": "yes"})
    assert bob.group_states("g") == {}
    await bob.watch_group_states("g")
    assert bob.group_states("g") == {alice.connection_id: {"typing": "yes"}}
    await alice.set_group_state("g", None)
    assert bob.group_states("g") == {}
    await bob.unwatch_group_states("g")
    await alice.set_group_state("g", {"typing": "no"})
    assert bob.group_states("g") == {}


@pytest.mark.parametrize("protocol", GROUPING)
@pytest.mark.webpubsub(app="tests/testing/apps/room")
async def test_it_is_answered(webpubsub: World, protocol: str) -> None:
    """By the function that has the event, or told that there is none."""
    alice = await webpubsub.connect(user="alice", protocol=protocol)
    assert (await alice.invoke("message", "hi")).data == "got hi"
    with pytest.raises(RequestFailed, match=r"invocation of 'sing' by alice failed with Internal"):
        await alice.invoke("sing")


@pytest.mark.parametrize("protocol", GROUPING)
async def test_it_can_ask_for_anything(webpubsub: World, protocol: str) -> None:
    """In the members of the JSON protocol, whatever it speaks."""
    alice = await webpubsub.connect(user="alice", protocol=protocol)
    await alice.send({"type": "ping"})
    await alice.expect(type="pong")
    await alice.send({"type": "streamEnd", "streamId": "none"})
    closed = await alice.expect(type="streamClosed", stream_id="none")
    assert closed.fields["error"]["name"] == "StreamNotFound"


async def test_a_refused_request_says_why(webpubsub: World) -> None:
    """As its ack does."""
    alice = await webpubsub.connect(user="alice")
    with pytest.raises(RequestFailed, match="alice joining 'g' failed with Forbidden") as failed:
        await alice.join("g")
    assert failed.value.error["name"] == "Forbidden"


async def test_what_is_not_there_is_missed(webpubsub: World) -> None:
    """With what came instead."""
    alice = await webpubsub.connect(user="alice")
    await webpubsub.service.send_to_all("hullo")
    with pytest.raises(Unexpected, match=r"alice did not get .* within 0.01 seconds\n(.|\n)*hullo"):
        await alice.expect("hello", within=0.01)
    with pytest.raises(Unexpected, match="alice got 'hullo', and nothing like it"):
        await alice.expect_nothing()
    await alice.expect_nothing("anything")
    with pytest.raises(Unexpected, match=r'"type":"system"'):
        await alice.expect(type="system", event="gone", within=0.01)


async def test_what_comes_late_is_waited_for(webpubsub: World) -> None:
    """Some seconds, unless the test says how many."""
    alice = await webpubsub.connect(user="alice")
    expecting = asyncio.create_task(alice.expect("later"))
    await asyncio.sleep(0.01)
    await webpubsub.service.send_to_all("later")
    assert (await expecting).text == "later"


async def test_it_says_goodbye(webpubsub: World) -> None:
    """The session ends; it has no connection any more, and again is harmless."""
    alice = await webpubsub.connect(user="alice")
    await alice.close()
    assert (await alice.expect_closed(1000)).code == 1000
    assert not await webpubsub.service.connection_exists(alice.connection_id)
    await alice.close()
    with pytest.raises(NotConnected, match="alice has no connection any more"):
        await alice.send_event("message", "hi")
    with pytest.raises(Unexpected, match="closed with 1000, did not get"):
        await alice.expect("anything")


async def test_it_is_sent_away(webpubsub: World) -> None:
    """With a code, and a word before it for those who can read it."""
    alice = await webpubsub.connect(user="alice")
    alice.patience = 0.01
    with pytest.raises(Unexpected, match="the connection of alice is open still"):
        await alice.expect_closed()
    alice.patience = 2.0
    await webpubsub.service.close_connection(alice.connection_id, reason="enough")
    said = await alice.expect(type="system", event="disconnected")
    assert said.fields["message"].endswith("Reason: enough")
    with pytest.raises(Unexpected, match="was closed with 1000 '', not with 1001"):
        await alice.expect_closed(1001)
    with pytest.raises(Unexpected, match="not with 1000 'enough'"):
        await alice.expect_closed(reason="enough")
    await alice.expect_closed(1000)


@pytest.mark.parametrize("protocol", ["json.reliable", "protobuf.reliable"])
async def test_a_reliable_client_comes_back(webpubsub: World, protocol: str) -> None:
    """To the same session, with what it has missed, and once."""
    alice = await webpubsub.connect(user="alice", protocol=protocol)
    before = alice.connection_id
    await webpubsub.service.send_to_all("before")
    await alice.drop()
    await alice.expect_closed(1006)
    await webpubsub.service.send_to_all("meanwhile")
    await alice.recover()
    await webpubsub.service.send_to_all("after")
    assert alice.connection_id == before
    assert alice.closed is None
    for text in ("before", "meanwhile", "after"):
        await alice.expect(text)
    await alice.expect_nothing()


async def test_others_cannot_come_back(webpubsub: World) -> None:
    """Which is said."""
    alice = await webpubsub.connect(user="alice")
    await alice.drop()
    with pytest.raises(NotConnected, match="only reliable clients do"):
        await alice.recover()


async def test_nonsense_is_sent_as_it_is(webpubsub: World) -> None:
    """To see what becomes of it."""
    alice = await webpubsub.connect(user="alice")
    await alice.send("{")
    await alice.expect_closed(1007)


async def test_acks_can_be_left_alone(webpubsub: World) -> None:
    """And be expected like everything else."""
    alice = await webpubsub.connect(user="alice", roles=JOINING)
    await alice.join("g", ack=False)
    assert await webpubsub.service.group_exists("g")
    assert not [one for one in alice.received if one.type == "ack"]


async def test_two_plain_clients_at_once(webpubsub: World) -> None:
    """Know which connection is whose."""
    one, other = await asyncio.gather(
        webpubsub.connect(user="one", protocol="simple"),
        webpubsub.connect(user="other", protocol="simple"),
    )
    assert one.connection_id != other.connection_id
