"""The REST API in a test, as an application server uses it. Specification: rest-api section 5."""

import pytest

from tests.testing.world import JOINING
from webpubsub.testing import RequestFailed, ServiceRefused, World

pytestmark = pytest.mark.webpubsub(app=None, hubs={"room": {}})


@pytest.mark.parametrize("data", ["text", b"\x01\x02", {"a": [1]}, [], 5], ids=str)
async def test_whom_it_sends_to(webpubsub: World, data: object) -> None:
    """All, a group, a user, a connection; those that are excluded or filtered out hear nothing."""
    service = webpubsub.service
    alice = await webpubsub.connect(user="alice", groups=["g 1"])
    bob = await webpubsub.connect(user="bob b")
    await service.send_to_all(data)
    await service.send_to_all("not bob", excluded=[bob.connection_id])
    await service.send_to_all("only bob", filter="userId eq 'bob b'")
    await service.send_to_group("g 1", data)
    await service.send_to_group("g 1", "nobody", excluded=[alice.connection_id])
    await service.send_to_user("bob b", data)
    await service.send_to_connection(bob.connection_id, data)
    assert [one.data for one in alice.messages] == [data, "not bob", data]
    assert [one.data for one in bob.messages] == [data, "only bob", data, data]


async def test_groups(webpubsub: World) -> None:
    """Of connections and of users."""
    service = webpubsub.service
    alice = await webpubsub.connect(user="alice")
    await service.add_connection_to_group("a", alice.connection_id)
    await service.add_user_to_group("b", "alice")
    assert await service.group_exists("a")
    assert await service.group_exists("b")
    await service.remove_connection_from_group("a", alice.connection_id)
    await service.remove_user_from_group("b", "alice")
    assert not await service.group_exists("a")
    assert not await service.group_exists("b")


async def test_permissions(webpubsub: World) -> None:
    """Are given and taken."""
    alice = await webpubsub.connect(user="alice")
    await webpubsub.service.grant_permission("joinLeaveGroup", alice.connection_id, "g")
    await alice.join("g")
    await webpubsub.service.revoke_permission("joinLeaveGroup", alice.connection_id, "g")
    with pytest.raises(RequestFailed):
        await alice.leave("g")


async def test_ends(webpubsub: World) -> None:
    """Of one connection, and of all."""
    service = webpubsub.service
    alice, bob = await webpubsub.connect(user="alice"), await webpubsub.connect(user="bob")
    assert await service.user_exists("alice")
    await service.close_connection(alice.connection_id)
    await alice.expect_closed()
    assert not await service.user_exists("alice")
    assert not await service.connection_exists(alice.connection_id)
    await service.close_all_connections(reason="late")
    await bob.expect_closed()


async def test_a_refusal_is_raised(webpubsub: World) -> None:
    """With what the service says; ``call`` gives the answer itself."""
    with pytest.raises(ServiceRefused, match="PUT /groups/g/connections/x: status 404 ") as refused:
        await webpubsub.service.add_connection_to_group("g", "x")
    assert refused.value.status == 404
    answer = await webpubsub.service.call("POST", "/:nonsense")
    assert answer.status == 404
    with pytest.raises(ServiceRefused, match="status 400"):
        await webpubsub.service.send_to_all("x", filter="nonsense")


async def test_other_hubs(webpubsub: World) -> None:
    """By name; and its tokens go by the clock of the test."""
    await webpubsub.clock.advance(2 * 3600)
    alice = await webpubsub.connect(hub="other", user="alice", roles=JOINING)
    await webpubsub.service.send_to_all("hi", hub="other")
    await alice.expect("hi")
