"""What the official Python service SDK can do with a reliable client that is away.

Specification: rest-api sections 5.5, 5.6, 6.1, 6.3 to 6.5 and 6.7, client-protocols sections 5.10,
6.3, 7.4 and 9.1.
"""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from azure.core.rest import HttpRequest
from azure.messaging.webpubsubservice.aio import WebPubSubServiceClient

from tests.service.connections.test_recovery import Client, come, is_refused
from tests.service.wire import App, running, until
from webpubsub.testing.clock import Clock

pytestmark = pytest.mark.conformance

HUB = "chat"
TEXT: dict[str, Any] = {"content_type": "text/plain"}
ROOM = {"target_name": "room"}


class Away:
    """A client of the user alice that has lost its transport, its application, the SDK, and the
    time."""

    def __init__(self, client: Client, app: App, sdk: WebPubSubServiceClient, clock: Clock) -> None:
        self.client, self.app, self.sdk, self.clock = client, app, sdk, clock

    async def members(self, group: str) -> list[str]:
        return [one.connection_id async for one in self.sdk.list_connections(group=group)]


@pytest.fixture
async def away() -> AsyncIterator[Away]:
    """Somebody who may come back."""
    app, clock = App(), Clock()
    async with (
        running(app, clock=clock) as service,
        WebPubSubServiceClient.from_connection_string(service.connection_string, hub=HUB) as sdk,
    ):
        client = await come(service)
        await client.drop()
        yield Away(client, app, sdk, clock)
        client.hang_up()


async def test_it_exists(away: Away) -> None:
    """As a connection, as a user, and as a member of the groups it is put into."""
    sdk, connection_id = away.sdk, away.client.id
    assert await sdk.connection_exists(connection_id)
    assert await sdk.user_exists("alice")
    await sdk.add_connection_to_group("room", connection_id)
    await sdk.add_user_to_group("lobby", "alice")
    body = {"groups": ["many"], "filter": "'room' in groups"}
    request = HttpRequest("POST", f"/api/hubs/{HUB}/:addToGroups", json=body)
    (await sdk.send_request(request)).raise_for_status()
    for group in ("room", "lobby", "many"):
        assert await away.members(group) == [connection_id]
    await sdk.remove_connection_from_all_groups(connection_id)
    assert not await sdk.group_exists("room")


async def test_it_receives_what_was_sent(away: Away) -> None:
    """In order, once it is back; but not what was worth delivering for a shorter time."""
    sdk, client = away.sdk, away.client
    await sdk.add_connection_to_group("room", client.id)
    await sdk.send_to_group("room", "a", **TEXT)
    await sdk.send_to_user("alice", "late", params={"messageTtlSeconds": 1}, **TEXT)
    await sdk.send_to_connection(client.id, "b", params={"messageTtlSeconds": 60}, **TEXT)
    await sdk.send_to_group("room", "later", params={"messageTtlSeconds": 1}, **TEXT)
    await sdk.send_to_all("c", params={"messageTtlSeconds": 0}, **TEXT)
    await away.clock.advance(2)
    await client.recover()
    assert await client.messages(3) == [(1, "a"), (3, "b"), (5, "c")]


async def test_its_permissions_change(away: Away) -> None:
    """What was revoked stays so when it is back, and its membership stays too."""
    sdk, client = away.sdk, away.client
    await sdk.add_connection_to_group("room", client.id)
    assert await sdk.has_permission("joinLeaveGroup", client.id, **ROOM)
    await sdk.revoke_permission("joinLeaveGroup", client.id, **ROOM)
    assert not await sdk.has_permission("joinLeaveGroup", client.id, **ROOM)
    assert await sdk.has_permission("sendToGroup", client.id, **ROOM)
    assert await away.members("room") == [client.id]
    await client.recover()
    await client.peer.say({"type": "leaveGroup", "group": "room", "ackId": 1})
    assert (await client.peer.hear())["error"]["name"] == "Forbidden"
    await sdk.grant_permission("joinLeaveGroup", client.id, **ROOM)
    await client.peer.say({"type": "leaveGroup", "group": "room", "ackId": 2})
    assert (await client.peer.hear())["success"]


CLOSINGS: dict[str, Any] = {
    "a connection": lambda away: away.sdk.close_connection(away.client.id, reason="bye"),
    "a user": lambda away: away.sdk.close_user_connections("alice", reason="bye"),
    "all": lambda away: away.sdk.close_all_connections(reason="bye"),
}


@pytest.mark.parametrize("close", CLOSINGS.values(), ids=CLOSINGS)
async def test_it_is_closed(away: Away, close: Any) -> None:
    """The application is told why, and the client cannot come back."""
    await close(away)
    assert not await away.sdk.connection_exists(away.client.id)
    assert not await away.sdk.user_exists("alice")
    reason = "Application server closed the connection. Reason: bye"
    await until(lambda: away.app.reasons == [reason])
    assert await is_refused(away.client.service, away.client)
