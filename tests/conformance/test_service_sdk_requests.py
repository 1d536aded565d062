"""Every method of the official Python service SDK, by the request that it makes and what it takes
for success.

Specification: rest-api section 11.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import pytest
from azure.core.pipeline import PipelineResponse
from azure.core.rest import HttpRequest
from azure.messaging.webpubsubservice import WebPubSubServiceClient

from tests.conformance.service_sdk import CLIENTS, HUB
from tests.service.wire import join_and_listen, running
from webpubsub.protocol.operations import AddConnectionToGroup
from webpubsub.service.service import Service

pytestmark = pytest.mark.conformance

VERSION = "api-version=2024-12-01"


class Row(NamedTuple):
    """A call and the request it makes: ``{id}`` is a connection that exists, of the user ann in
    the group room. The version comes last unless it is there. ``result`` is what the call
    returns."""

    name: str
    arguments: tuple[Any, ...]
    options: dict[str, Any]
    line: str
    status: int
    result: Any = None


TEXT = {"content_type": "text/plain"}
TO_ALL = {"excluded": ["c1", "c,2"], "filter": "userId eq 'a'", **TEXT}
CLOSING = {"excluded": ["c1", "c2"], "reason": "a b&c"}
TO = {"target_name": "room"}
PERMISSION = "permissions/sendToGroup/connections/{id}?targetName=room"

ROWS = (
    Row(
        *("send_to_all", ("x",), TO_ALL),
        f"POST :send?excluded=c1&excluded=c%2C2&{VERSION}&filter=userId%20eq%20%27a%27",
        202,
    ),
    Row("send_to_group", ("room", "x"), TEXT, "POST groups/room/:send", 202),
    Row("send_to_user", ("ann", {"n": 1}), {}, "POST users/ann/:send", 202),
    Row("send_to_connection", ("{id}", [1]), {}, "POST connections/{id}/:send", 202),
    Row(
        *("close_connection", ("{id}",), {"reason": "a b&c"}),
        "DELETE connections/{id}?reason=a%20b%26c",
        204,
    ),
    Row(
        *("close_all_connections", (), CLOSING),
        "POST :closeConnections?excluded=c1&excluded=c2&reason=a%20b%26c",
        204,
    ),
    Row("close_group_connections", ("room",), {}, "POST groups/room/:closeConnections", 204),
    Row("close_user_connections", ("ann",), {}, "POST users/ann/:closeConnections", 204),
    Row("connection_exists", ("{id}",), {}, "HEAD connections/{id}", 200, True),
    Row("connection_exists", ("nobody",), {}, "HEAD connections/nobody", 404, False),
    Row("group_exists", ("room",), {}, "HEAD groups/room", 200, True),
    Row("group_exists", ("a/b",), {}, "HEAD groups/a%2Fb", 404, False),
    Row("user_exists", ("ann",), {}, "HEAD users/ann", 200, True),
    Row("user_exists", ("nobody",), {}, "HEAD users/nobody", 404, False),
    Row("has_permission", ("sendToGroup", "{id}"), TO, f"HEAD {PERMISSION}", 404, False),
    Row("grant_permission", ("sendToGroup", "{id}"), TO, f"PUT {PERMISSION}", 200),
    Row("revoke_permission", ("sendToGroup", "{id}"), TO, f"DELETE {PERMISSION}", 204),
    Row("add_connection_to_group", ("g", "{id}"), {}, "PUT groups/g/connections/{id}", 200),
    Row("remove_connection_from_group", ("g", "{id}"), {}, "DELETE groups/g/connections/{id}", 204),
    Row("remove_connection_from_all_groups", ("{id}",), {}, "DELETE connections/{id}/groups", 204),
    Row("add_user_to_group", ("g", "ann"), {}, "PUT users/ann/groups/g", 200),
    Row("remove_user_from_group", ("g", "ann"), {}, "DELETE users/ann/groups/g", 204),
    Row("remove_user_from_all_groups", ("ann",), {}, "DELETE users/ann/groups", 204),
)
#: Those that make no request, make any request, or make one for each page.
OTHERS = {
    "close",
    "from_connection_string",
    "get_client_access_token",
    "list_connections",
    "send_request",
}


def test_no_method_is_left_out() -> None:
    """Every public method has a row or is tested by itself."""
    methods = {name for name in dir(WebPubSubServiceClient) if not name.startswith("_")}
    assert methods == {row.name for row in ROWS} | OTHERS


@pytest.fixture
async def inhabited() -> AsyncIterator[tuple[Service, str]]:
    """A service with a connection of the user ann in the group room."""
    async with running() as service:
        peer, connection_id = await join_and_listen(service, hub=HUB, user_id="ann")
        join = AddConnectionToGroup(hub=HUB, group="room", connection_id=connection_id)
        await service.client.perform(join)
        async with peer:
            yield service, connection_id


@pytest.mark.parametrize("kind", CLIENTS)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.line.partition("?")[0])
async def test_a_method(inhabited: tuple[Service, str], row: Row, kind: str) -> None:
    """The request is the documented one, and the method is content with the answer."""
    service, connection_id = inhabited
    seen: list[tuple[str, int]] = []

    def observe(response: PipelineResponse[Any, Any]) -> None:
        request = response.http_request
        line = f"{request.method} {request.url}".replace(f"{service.endpoint}/api/hubs/{HUB}/", "")
        seen.append((line, response.http_response.status_code))

    named = [one.format(id=connection_id) if isinstance(one, str) else one for one in row.arguments]
    async with CLIENTS[kind](service) as sdk, asyncio.timeout(10):
        method = getattr(sdk, row.name)
        result = await method(*named, raw_response_hook=observe, **row.options)
    line = row.line.format(id=connection_id)
    if VERSION not in line:
        line += ("&" if "?" in line else "?") + VERSION
    assert seen == [(line, row.status)]
    assert result is row.result


@pytest.mark.parametrize("kind", CLIENTS)
async def test_pages(inhabited: tuple[Service, str], kind: str) -> None:
    """A list is followed from page to page."""
    service, connection_id = inhabited
    seen: list[int] = []
    async with CLIENTS[kind](service) as sdk, asyncio.timeout(10):
        peer, other = await join_and_listen(service, hub=HUB, user_id="ann")
        await sdk.add_connection_to_group("room", other)
        pages = sdk.list_connections(
            group="room",
            maxpagesize=1,
            raw_response_hook=lambda response: seen.append(response.http_response.status_code),
        )
        listed = [one.connection_id async for one in pages]
    peer.hang_up()
    assert listed == sorted((connection_id, other))
    assert seen == [200, 200]


@pytest.mark.parametrize("kind", CLIENTS)
async def test_any_request(inhabited: tuple[Service, str], kind: str) -> None:
    """A request of the caller's own is signed like the others, and health needs no signature."""
    service, _ = inhabited
    async with CLIENTS[kind](service) as sdk, asyncio.timeout(10):
        for path, status in (("/api/health", 200), (f"/api/hubs/{HUB}/users/nobody", 404)):
            response = await sdk.send_request(HttpRequest("HEAD", path))
            assert response.status_code == status


@pytest.mark.parametrize("kind", CLIENTS)
async def test_a_client_token_is_signed_here(inhabited: tuple[Service, str], kind: str) -> None:
    """With an access key no request is made, and the URL leads to the service."""
    service, _ = inhabited
    async with CLIENTS[kind](service) as sdk:
        access = await sdk.get_client_access_token(user_id="ann", roles=["r"], groups=["g"])
    base = service.endpoint.replace("http", "ws", 1)
    assert access["baseUrl"] == f"{base}/client/hubs/{HUB}"
    assert access["url"] == f"{access['baseUrl']}?access_token={access['token']}"
