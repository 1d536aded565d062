"""The official Python service SDK, synchronous and asynchronous, against a running service."""

import asyncio
import io
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.messaging.webpubsubservice import WebPubSubServiceClient
from azure.messaging.webpubsubservice.aio import (
    WebPubSubServiceClient as AsyncWebPubSubServiceClient,
)

from webpubsub.service.service import Service

pytestmark = pytest.mark.conformance

HUB = "conformance"
TEXT: dict[str, Any] = {"content_type": "text/plain"}
BINARY: dict[str, Any] = {"content_type": "application/octet-stream"}


class Client:
    """A JSON client over a plain WebSocket."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, connection_id: str) -> None:
        self.socket = socket
        self.connection_id = connection_id

    async def receive(self) -> dict[str, Any]:
        """The next message, within five seconds."""
        message: dict[str, Any] = await self.socket.receive_json(timeout=5)
        return message

    async def ask(self, **request: Any) -> dict[str, Any]:
        """Send a request with an ack id, and return the ack."""
        await self.socket.send_json({"ackId": 1, **request})
        return await self.receive()


@asynccontextmanager
async def connected(
    sdk: AsyncWebPubSubServiceClient,
    user_id: str | None = None,
    roles: Sequence[str] = (),
    groups: Sequence[str] = (),
) -> AsyncIterator[Client]:
    """A client with a token made by the SDK."""
    token = await sdk.get_client_access_token(user_id=user_id, roles=[*roles], groups=[*groups])
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(token["url"], protocols=["json.webpubsub.azure.v1"]) as socket,
    ):
        hello = await socket.receive_json(timeout=5)
        yield Client(socket, hello["connectionId"])


@pytest.fixture
async def sdk(service: Service) -> AsyncIterator[AsyncWebPubSubServiceClient]:
    """The asynchronous SDK, pointed at the service by its connection string."""
    client = AsyncWebPubSubServiceClient.from_connection_string(
        service.connection_string, hub=HUB, logging_enable=False
    )
    async with client:
        yield client


async def test_send_to_all_but_the_excluded(sdk: AsyncWebPubSubServiceClient) -> None:
    """Text, JSON and binary reach everybody except excluded connections."""
    async with connected(sdk, "alice") as alice, connected(sdk, "bob") as bob:
        await sdk.send_to_all("not for bob", excluded=[bob.connection_id], **TEXT)
        await sdk.send_to_all({"n": 1})
        await sdk.send_to_all(io.BytesIO(b"\x00\xff"), **BINARY)
        assert (await alice.receive())["data"] == "not for bob"
        for client in (alice, bob):
            message = await client.receive()
            assert (message["from"], message["dataType"], message["data"]) == (
                "server",
                "json",
                {"n": 1},
            )
            assert (await client.receive())["data"] == "AP8="


async def test_send_to_user_connection_and_group(sdk: AsyncWebPubSubServiceClient) -> None:
    """Each send reaches exactly whom it names."""
    async with (
        connected(sdk, "alice", groups=["room"]) as alice,
        connected(sdk, "bob") as bob,
    ):
        await sdk.send_to_user("bob", "for bob", **TEXT)
        await sdk.send_to_connection(alice.connection_id, "for alice", **TEXT)
        await sdk.send_to_group("room", "for the room", **TEXT)
        assert (await bob.receive())["data"] == "for bob"
        assert (await alice.receive())["data"] == "for alice"
        message = await alice.receive()
        assert (message["group"], message["fromUserId"], message["data"]) == (
            "room",
            None,
            "for the room",
        )


async def test_sending_to_nobody_is_accepted(sdk: AsyncWebPubSubServiceClient) -> None:
    """Unknown users, connections and groups are no error."""
    await sdk.send_to_user("nobody", "x", **TEXT)
    await sdk.send_to_connection("nothing", "x", **TEXT)
    await sdk.send_to_group("nowhere", "x", **TEXT)


async def test_existence(sdk: AsyncWebPubSubServiceClient) -> None:
    """Connections, users and groups exist while somebody is there."""
    async with connected(sdk, "alice", groups=["room"]) as alice:
        assert await sdk.connection_exists(alice.connection_id)
        assert await sdk.user_exists("alice")
        assert await sdk.group_exists("room")
        assert not await sdk.user_exists("Alice")
        await sdk.close_connection(alice.connection_id)
        assert not await sdk.connection_exists(alice.connection_id)
        assert not await sdk.user_exists("alice")
        assert not await sdk.group_exists("room")


async def test_membership_by_connection(sdk: AsyncWebPubSubServiceClient) -> None:
    """Joining twice is fine; an unknown connection cannot join."""
    async with connected(sdk) as client:
        await sdk.add_connection_to_group("room", client.connection_id)
        await sdk.add_connection_to_group("room", client.connection_id)
        await sdk.send_to_group("room", "once", **TEXT)
        assert (await client.receive())["data"] == "once"
        await sdk.remove_connection_from_group("room", client.connection_id)
        await sdk.remove_connection_from_group("room", "nobody")
        await sdk.add_connection_to_group("other", client.connection_id)
        await sdk.remove_connection_from_all_groups(client.connection_id)
        assert not await sdk.group_exists("other")
    with pytest.raises(ResourceNotFoundError) as refused:
        await sdk.add_connection_to_group("room", "nobody")
    assert "Error.Connection.NotExisted" in str(refused.value)


async def test_membership_by_user(sdk: AsyncWebPubSubServiceClient) -> None:
    """All connections of a user join and leave together."""
    async with connected(sdk, "alice") as one, connected(sdk, "alice") as two:
        await sdk.add_user_to_group("room", "alice")
        await sdk.send_to_group("room", "both", **TEXT)
        assert [(await client.receive())["data"] for client in (one, two)] == ["both", "both"]
        await sdk.remove_user_from_group("room", "alice")
        await sdk.add_user_to_group("other", "alice")
        await sdk.remove_user_from_all_groups("alice")
        assert not await sdk.group_exists("other")
    with pytest.raises(ResourceNotFoundError):
        await sdk.add_user_to_group("room", "nobody")


async def test_permissions(sdk: AsyncWebPubSubServiceClient) -> None:
    """A grant holds for the next request, a revocation too."""
    async with connected(sdk) as client:
        connection_id, target = client.connection_id, "room"
        assert not await sdk.has_permission("joinLeaveGroup", connection_id, target_name=target)
        await sdk.grant_permission("joinLeaveGroup", connection_id, target_name=target)
        assert await sdk.has_permission("joinLeaveGroup", connection_id, target_name=target)
        assert (await client.ask(type="joinGroup", group=target))["success"]
        await sdk.revoke_permission("joinLeaveGroup", connection_id, target_name=target)
        denied = await client.ask(type="leaveGroup", group=target, ackId=2)
        assert denied["error"]["name"] == "Forbidden"


@pytest.mark.parametrize("scope", ["all", "group", "user"])
async def test_closing(sdk: AsyncWebPubSubServiceClient, scope: str) -> None:
    """A client is told the reason, then closed normally; excluded connections stay."""
    async with (
        connected(sdk, "alice", groups=["room"]) as gone,
        connected(sdk, "alice", groups=["room"]) as stays,
    ):
        options: dict[str, Any] = {"excluded": [stays.connection_id], "reason": "a b&c"}
        if scope == "all":
            await sdk.close_all_connections(**options)
        elif scope == "group":
            await sdk.close_group_connections("room", **options)
        else:
            await sdk.close_user_connections("alice", **options)
        farewell = await gone.receive()
        assert farewell["message"] == "Application server closed the connection. Reason: a b&c"
        end = await gone.socket.receive(timeout=5)
        assert (end.type, end.data, end.extra) == (aiohttp.WSMsgType.CLOSE, 1000, "")
        assert await sdk.connection_exists(stays.connection_id)


async def test_bad_names_are_the_callers_mistake(service: Service) -> None:
    """A hub the service does not take is a 400, said clearly."""
    bad = AsyncWebPubSubServiceClient.from_connection_string(service.connection_string, hub="a-b")
    async with bad:
        with pytest.raises(HttpResponseError) as refused:
            await bad.send_to_all("x", **TEXT)
    assert refused.value.status_code == 400


async def test_another_key_is_refused(service: Service) -> None:
    """A wrong key is a 401."""
    stranger = AsyncWebPubSubServiceClient.from_connection_string(
        f"Endpoint={service.endpoint};AccessKey={'wrong' * 8};Version=1.0;", hub=HUB
    )
    async with stranger:
        with pytest.raises(ClientAuthenticationError):
            await stranger.send_to_all("x", **TEXT)


async def test_the_synchronous_sdk(service: Service, sdk: AsyncWebPubSubServiceClient) -> None:
    """The same calls from a thread, with the synchronous client."""

    def body(connection_id: str) -> None:
        with WebPubSubServiceClient.from_connection_string(
            service.connection_string, hub=HUB
        ) as sync:
            assert sync.user_exists("alice")
            assert not sync.group_exists("room")
            sync.add_connection_to_group("room", connection_id)
            assert sync.group_exists("room")
            sync.grant_permission("sendToGroup", connection_id, target_name="room")
            assert sync.has_permission("sendToGroup", connection_id, target_name="room")
            sync.send_to_group("room", {"hello": "world"})
            sync.close_connection(connection_id, reason="done")
            assert not sync.connection_exists(connection_id)

    async with connected(sdk, "alice") as alice:
        await asyncio.wait_for(asyncio.to_thread(body, alice.connection_id), 20)
        assert (await alice.receive())["data"] == {"hello": "world"}
        assert (await alice.receive())["event"] == "disconnected"
