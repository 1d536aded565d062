"""The official Python service SDK, synchronous and asynchronous, against a running service.

Specification: rest-api sections 3.3 and 11.
"""

import io
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import (
    ClientAuthenticationError,
    HttpResponseError,
    ResourceNotFoundError,
)
from azure.core.rest import HttpRequest
from azure.messaging.webpubsubservice.aio import (
    WebPubSubServiceClient as AsyncWebPubSubServiceClient,
)

from tests.conformance.service_sdk import CLIENTS, HUB
from webpubsub.protocol.access_tokens import sign
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

pytestmark = pytest.mark.conformance

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
    sdk: Any,
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


@pytest.fixture(params=CLIENTS)
async def sdk(service: Service, request: pytest.FixtureRequest) -> AsyncIterator[Any]:
    """Each of the two clients of the SDK."""
    async with CLIENTS[request.param](service) as client:
        yield client


async def test_send_to_all_but_the_excluded(sdk: Any) -> None:
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


async def test_send_to_user_connection_and_group(sdk: Any) -> None:
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


async def test_sending_to_nobody_is_accepted(sdk: Any) -> None:
    """Unknown users, connections and groups are no error."""
    await sdk.send_to_user("nobody", "x", **TEXT)
    await sdk.send_to_connection("nothing", "x", **TEXT)
    await sdk.send_to_group("nowhere", "x", **TEXT)


async def test_existence(sdk: Any) -> None:
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


async def test_membership_by_connection(sdk: Any) -> None:
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
    assert "(Error.Connection.NotExisted) Connection `nobody` is not found." in str(refused.value)
    assert refused.value.error is not None
    assert refused.value.error.code == "Error.Connection.NotExisted"


async def test_membership_by_user(sdk: Any) -> None:
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


async def test_permissions(sdk: Any) -> None:
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
async def test_closing(sdk: Any, scope: str) -> None:
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


async def test_listing_the_connections_of_a_group(sdk: Any) -> None:
    """The SDK follows the pages to the end, in order, and stops where it is told to."""
    async with (
        connected(sdk, "alice", groups=["room"]) as alice,
        connected(sdk, None, groups=["room"]) as nobody,
        connected(sdk, "bob", groups=["room"]) as bob,
    ):
        users = {alice.connection_id: "alice", nobody.connection_id: None, bob.connection_id: "bob"}
        pages = sdk.list_connections(group="room", maxpagesize=1)
        listed = [(one.connection_id, one.user_id) async for one in pages]
        assert listed == sorted(users.items())
        first = [one.connection_id async for one in sdk.list_connections(group="room", top=2)]
        assert first == sorted(users)[:2]
        through_pages = sdk.list_connections(group="room", top=2, maxpagesize=1)
        assert [one.connection_id async for one in through_pages] == first
        assert [one async for one in sdk.list_connections(group="nobody")] == []


@pytest.mark.parametrize("scope", ["all", "group", "user"])
async def test_filters(sdk: Any, scope: str) -> None:
    """A message reaches only whom the filter means."""
    async with (
        connected(sdk, "alice", groups=["room", "vip"]) as vip,
        connected(sdk, "alice", groups=["room"]) as other,
    ):
        options: dict[str, Any] = {"filter": "'vip' in groups and userId eq 'alice'", **TEXT}
        if scope == "all":
            await sdk.send_to_all("for few", **options)
        elif scope == "group":
            await sdk.send_to_group("room", "for few", **options)
        else:
            await sdk.send_to_user("alice", "for few", **options)
        await sdk.send_to_all("for all", **TEXT)
        assert [(await vip.receive())["data"] for _ in range(2)] == ["for few", "for all"]
        assert (await other.receive())["data"] == "for all"


async def test_quotes_in_filters(sdk: Any) -> None:
    """A value with a quote survives the way through the SDK, the query and the grammar."""
    user = 'o\'hara + "1" & ü'
    quoted = user.replace("'", "''")
    async with connected(sdk, user) as hara, connected(sdk, "bob") as bob:
        await sdk.send_to_all("x", filter=f"userId eq '{quoted}'", **TEXT)
        await sdk.send_to_all("y", filter=f"userId ne '{quoted}'", **TEXT)
        assert (await hara.receive())["data"] == "x"
        assert (await bob.receive())["data"] == "y"


async def test_a_wrong_filter_is_the_callers_mistake(sdk: Any) -> None:
    """The SDK shows the sentence that names the mistake."""
    with pytest.raises(HttpResponseError, match="Token 'name' is not supported") as refused:
        await sdk.send_to_all("x", filter="name eq 'alice'", **TEXT)
    assert refused.value.status_code == 400


async def test_changing_the_groups_of_many(sdk: Any) -> None:
    """Through the SDK's method for any request, as it has none of its own for this."""
    async with connected(sdk, "alice") as alice, connected(sdk, "bob"):
        for action, wanted in (("addToGroups", True), ("removeFromGroups", False)):
            body = {"groups": ["a/b", "c"], "filter": "userId eq 'alice'"}
            request = HttpRequest("POST", f"/api/hubs/{HUB}/:{action}", json=body)
            (await sdk.send_request(request)).raise_for_status()
            members = [one.connection_id async for one in sdk.list_connections(group="c")]
            assert members == ([alice.connection_id] if wanted else [])


async def test_metadata(sdk: Any) -> None:
    """The SDK has no word for metadata, but takes headers."""
    headers = {"X-WebPubSub-Metadata-Trace": "1, 2"}
    async with connected(sdk, "alice") as alice:
        await sdk.send_to_user("alice", "x", headers=headers, **TEXT)
        assert (await alice.receive())["metadata"] == {"trace": "2"}


async def test_messages_that_expire_are_accepted(sdk: Any) -> None:
    """The time to live passes through the SDK, and a client that is there receives at once."""
    async with connected(sdk, "alice") as alice:
        await sdk.send_to_user("alice", "soon", params={"messageTtlSeconds": 5}, **TEXT)
        assert (await alice.receive())["data"] == "soon"


async def test_client_tokens_for_identities() -> None:
    """With a token credential the SDK asks the service for the tokens of clients, which work."""

    class Credential:
        async def get_token(self, *scopes: str, **_: Any) -> AccessToken:
            expiry = int(time.time()) + 600
            audience = "https://webpubsub.azure.com"
            assert scopes == (f"{audience}/.default",)
            return AccessToken(sign({"aud": audience, "exp": expiry}, "k" * 32), expiry)

        async def close(self) -> None:
            """Nothing is open."""

        async def __aenter__(self) -> Self:
            return self

        async def __aexit__(self, *_: object) -> None:
            """Nothing is open."""

    settings = ServiceSettings(port=0, accept_unvalidated_entra_tokens=True)
    async with Service(settings) as service:
        made: Any = AsyncWebPubSubServiceClient(service.endpoint, HUB, Credential())
        async with made as sdk:
            token = await sdk.get_client_access_token(
                user_id="alice",
                roles=["webpubsub.sendToGroup"],
                groups=["room"],
                minutes_to_expire=5,
                enforce_https=False,
            )
            async with (
                aiohttp.ClientSession() as session,
                session.ws_connect(token["url"], protocols=["json.webpubsub.azure.v1"]) as socket,
            ):
                hello = await socket.receive_json(timeout=5)
                assert hello["userId"] == "alice"
                assert await sdk.group_exists("room", enforce_https=False)


async def test_many_excluded_connections(sdk: Any) -> None:
    """A request line may be as long as the head of a request."""
    async with connected(sdk, "alice") as alice, connected(sdk, "bob") as bob:
        unknown = [f"{number:032x}" for number in range(220)]
        await sdk.send_to_all("x", excluded=[*unknown, bob.connection_id], **TEXT)
        await sdk.send_to_all("y", **TEXT)
        assert (await alice.receive())["data"] == "x"
        assert (await bob.receive())["data"] == "y"
