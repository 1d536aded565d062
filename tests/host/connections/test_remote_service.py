"""A service elsewhere, over the official SDK, against a server that records what it is asked.

Specification: bindings sections 7, 8.2 and 8.5.
"""

import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import jwt
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port

from webpubsub.host.connections.connection_settings import Connection
from webpubsub.host.connections.remote_service import RemoteServiceClient
from webpubsub.host.extension import BindingError
from webpubsub.protocol import operations as ops
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import HubOperation, Permission
from webpubsub.protocol.seams import ServiceRefused

KEY = "0123456789abcdef0123456789abcdef"
TEXT = Message(DataType.TEXT, "hé".encode())
JSON = Message(DataType.JSON, b'{"a" :1,"n":1e400}')
BINARY = Message(DataType.BINARY, b"\x00\xff")
EXCLUDED = frozenset({"c2", "c1"})
CLOSED = "?excluded=c1&excluded=c2&reason=bye%20now"


def by_key(endpoint: str) -> Connection:
    """A connection with the key of these tests."""
    return Connection(name="X", endpoint=endpoint.rstrip("/"), access_key=KEY)


class FakeService:
    """Answers as it is told, and keeps the requests."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, str, bytes]] = []
        self.tokens: list[str] = []
        self.status = 0
        self.failures = 0
        self.body: Any = None
        self.headers: dict[str, str] = {}

    async def answer(self, request: web.Request) -> web.Response:
        """Any request."""
        path, _, query = request.raw_path.partition("?")
        kept = "&".join(item for item in query.split("&") if not item.startswith("api-version="))
        path = f"{path}?{kept}" if kept else path
        content_type = request.headers.get("Content-Type", "")
        self.requests.append((request.method, path, content_type, await request.read()))
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        status = self.status or _success(request)
        if self.failures:
            self.failures -= 1
            status = 503
        if isinstance(self.body, dict):
            return web.json_response(self.body, status=status, headers=self.headers)
        return web.Response(text=self.body, status=status, headers=self.headers)


def _success(request: web.Request) -> int:
    if request.path.endswith("/:send"):
        return 202
    if request.method == "PUT" or request.path.endswith("Groups"):
        return 200
    return 204


@pytest.fixture
def fake() -> FakeService:
    """What the server is told, and what it was asked."""
    return FakeService()


@asynccontextmanager
async def serving(fake: FakeService) -> AsyncIterator[str]:
    """The endpoint of a server on the loopback address."""
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", fake.answer)
    async with TestServer(application, host="127.0.0.1") as server:
        yield str(server.make_url(""))


@pytest.fixture
async def client(fake: FakeService) -> AsyncIterator[RemoteServiceClient]:
    """A client that does not try again."""
    async with serving(fake) as endpoint:
        made = RemoteServiceClient(by_key(endpoint), retries=0)
        yield made
        await made.close()


#: An operation, and the method, path with query, content type and body of its request.
TABLE: list[tuple[HubOperation, str, str, str, bytes]] = [
    (ops.SendToAll(hub="chat", message=TEXT), "POST", "/:send", "text/plain", TEXT.data),
    (
        ops.SendToAll(hub="chat", message=JSON, excluded=EXCLUDED),
        "POST",
        "/:send?excluded=c1&excluded=c2",
        "application/json",
        JSON.data,
    ),
    (
        ops.SendToAll(hub="chat", message=Message(DataType.TEXT, b"")),
        "POST",
        "/:send",
        "text/plain",
        b"",
    ),
    (
        ops.SendToGroup(hub="chat", group="g 1", message=BINARY, excluded=frozenset({"c,1"})),
        "POST",
        "/groups/g%201/:send?excluded=c,1",
        "application/octet-stream",
        BINARY.data,
    ),
    (
        ops.SendToUser(hub="chat", user_id="ü/1", message=JSON),
        "POST",
        "/users/%C3%BC%2F1/:send",
        "application/json",
        JSON.data,
    ),
    (
        ops.SendToConnection(hub="chat", connection_id="c1", message=TEXT),
        "POST",
        "/connections/c1/:send",
        "text/plain",
        TEXT.data,
    ),
    (
        ops.AddConnectionToGroup(hub="chat", group="g", connection_id="c1"),
        "PUT",
        "/groups/g/connections/c1",
        "",
        b"",
    ),
    (
        ops.RemoveConnectionFromGroup(hub="chat", group="g", connection_id="c1"),
        "DELETE",
        "/groups/g/connections/c1",
        "",
        b"",
    ),
    (
        ops.RemoveConnectionFromAllGroups(hub="chat", connection_id="c1"),
        "DELETE",
        "/connections/c1/groups",
        "",
        b"",
    ),
    (
        ops.AddUserToGroup(hub="chat", group="g", user_id="u"),
        "PUT",
        "/users/u/groups/g",
        "",
        b"",
    ),
    (
        ops.RemoveUserFromGroup(hub="chat", group="g", user_id="u"),
        "DELETE",
        "/users/u/groups/g",
        "",
        b"",
    ),
    (
        ops.RemoveUserFromAllGroups(hub="chat", user_id="u"),
        "DELETE",
        "/users/u/groups",
        "",
        b"",
    ),
    (
        ops.SendToAll(hub="chat", message=TEXT, filter="userId ne 'b'"),
        "POST",
        "/:send?filter=userId%20ne%20'b'",
        "text/plain",
        TEXT.data,
    ),
    (
        ops.SendToGroup(hub="chat", group="g", message=TEXT, filter="userId ne 'b'"),
        "POST",
        "/groups/g/:send?filter=userId%20ne%20'b'",
        "text/plain",
        TEXT.data,
    ),
    (
        ops.SendToUser(hub="chat", user_id="u", message=TEXT, filter="userId ne 'b'"),
        "POST",
        "/users/u/:send?filter=userId%20ne%20'b'",
        "text/plain",
        TEXT.data,
    ),
    (
        ops.AddConnectionsToGroups(hub="chat", groups=("g", "a/b"), filter="protocol eq null"),
        "POST",
        "/:addToGroups",
        "application/json",
        b'{"groups": ["g", "a/b"], "filter": "protocol eq null"}',
    ),
    (
        ops.RemoveConnectionsFromGroups(hub="chat", groups=("g",)),
        "POST",
        "/:removeFromGroups",
        "application/json",
        b'{"groups": ["g"], "filter": null}',
    ),
    (
        ops.CloseAllConnections(hub="chat", excluded=EXCLUDED, reason="bye now"),
        "POST",
        f"/:closeConnections{CLOSED}",
        "",
        b"",
    ),
    (
        ops.CloseGroupConnections(hub="chat", group="g", excluded=EXCLUDED, reason="bye now"),
        "POST",
        f"/groups/g/:closeConnections{CLOSED}",
        "",
        b"",
    ),
    (
        ops.CloseUserConnections(hub="chat", user_id="u", excluded=EXCLUDED, reason="bye now"),
        "POST",
        f"/users/u/:closeConnections{CLOSED}",
        "",
        b"",
    ),
    (
        ops.CloseConnection(hub="chat", connection_id="c1"),
        "DELETE",
        "/connections/c1",
        "",
        b"",
    ),
    (
        ops.GrantPermission(
            hub="chat", connection_id="c1", permission=Permission.SEND_TO_GROUP, target="g"
        ),
        "PUT",
        "/permissions/sendToGroup/connections/c1?targetName=g",
        "",
        b"",
    ),
    (
        ops.RevokePermission(
            hub="chat", connection_id="c1", permission=Permission.JOIN_LEAVE_GROUP
        ),
        "DELETE",
        "/permissions/joinLeaveGroup/connections/c1",
        "",
        b"",
    ),
]


#: What clients alone ask for; no application can.
OF_CLIENTS = {ops.SetGroupState, ops.SubscribeGroupState, ops.UnsubscribeGroupState}


def test_the_table_holds_every_operation() -> None:
    """No operation of applications is left out of these tests."""
    operations = set(HubOperation.__subclasses__()) - OF_CLIENTS
    assert {type(operation) for operation, *_ in TABLE} == operations


@pytest.mark.parametrize(
    ("operation", "method", "path", "content_type", "body"),
    TABLE,
    ids=[type(operation).__name__ for operation, *_ in TABLE],
)
async def test_an_operation_is_a_request(
    fake: FakeService,
    client: RemoteServiceClient,
    operation: HubOperation,
    method: str,
    path: str,
    content_type: str,
    body: bytes,
) -> None:
    """Each operation is the request of the REST API, and a payload goes out byte by byte."""
    await client.perform(operation)
    assert fake.requests == [(method, f"/api/hubs/chat{path}", content_type, body)]


async def test_requests_carry_a_token_for_their_address(
    fake: FakeService, client: RemoteServiceClient
) -> None:
    """Every request is signed with the key."""
    await client.perform(ops.CloseAllConnections(hub="chat"))
    claims = jwt.decode(fake.tokens[0], KEY, ["HS256"], options={"verify_aud": False})
    assert claims["aud"].split("?")[0].endswith("/api/hubs/chat/:closeConnections")


@pytest.mark.parametrize(
    ("status", "body", "headers", "code", "message"),
    [
        (
            404,
            {"code": "Error.Connection.NotExisted", "message": "No such connection."},
            {},
            "Error.Connection.NotExisted",
            "No such connection.",
        ),
        (404, None, {"x-ms-error-code": "Info.X"}, "Info.X", "Not Found"),
        (400, "nonsense", {}, "", "Bad Request"),
        (401, None, {}, "", "Unauthorized"),
        (409, {"code": "Error.Connection.Conflict", "message": "Full."}, {}, None, "Full."),
        (500, {"unrelated": 1}, {}, "", "Internal Server Error"),
        (201, None, {}, "", "Created"),
    ],
)
async def test_a_refusal_has_status_code_and_message(
    fake: FakeService,
    client: RemoteServiceClient,
    status: int,
    body: Any,
    headers: dict[str, str],
    code: str | None,
    message: str,
) -> None:
    """They are those of the answer, however little it says, and nothing is tried again."""
    fake.status, fake.body, fake.headers = status, body, headers
    with pytest.raises(ServiceRefused) as caught:
        await client.perform(ops.AddUserToGroup(hub="chat", group="g", user_id="u"))
    refused = caught.value
    assert (refused.status, refused.code) == (status, body["code"] if code is None else code)
    assert message in str(refused)
    assert len(fake.requests) == 1


#: How long the service asks to be left alone, so that tests do not wait for the SDK's own pauses.
AT_ONCE = {"retry-after-ms": "1"}


@pytest.mark.parametrize(
    ("status", "requests"),
    [(408, 4), (429, 4), (500, 4), (502, 4), (503, 4), (504, 4), (400, 1), (404, 1), (501, 1)],
)
async def test_what_may_pass_is_tried_again(fake: FakeService, status: int, requests: int) -> None:
    """Three times, and then the action is refused."""
    fake.status, fake.headers = status, AT_ONCE
    async with serving(fake) as endpoint:
        client = RemoteServiceClient(by_key(endpoint))
        with pytest.raises(ServiceRefused) as caught:
            await client.perform(ops.AddUserToGroup(hub="chat", group="g", user_id="u"))
        await client.close()
    assert (caught.value.status, len(fake.requests)) == (status, requests)


async def test_what_has_passed(fake: FakeService) -> None:
    """The action is carried out, with the same payload."""
    fake.headers, fake.failures = AT_ONCE, 2
    async with serving(fake) as endpoint:
        client = RemoteServiceClient(by_key(endpoint))
        await client.perform(ops.SendToAll(hub="chat", message=JSON))
        await client.close()
    assert fake.requests == [fake.requests[0]] * 3
    assert fake.requests[0][2:] == ("application/json", JSON.data)


async def test_a_service_that_is_not_there() -> None:
    """The error says which address was tried, and never the key."""
    endpoint = f"http://127.0.0.1:{unused_port()}"
    client = RemoteServiceClient(by_key(endpoint), retries=0)
    with pytest.raises(ServiceRefused, match=f"at {endpoint} cannot be reached") as caught:
        await client.perform(ops.CloseAllConnections(hub="chat"))
    await client.close()
    assert caught.value.status == 503
    assert KEY not in str(caught.value)


async def test_protobuf_is_not_for_the_rest_api(
    fake: FakeService, client: RemoteServiceClient
) -> None:
    """Nothing is sent that the service would refuse."""
    message = Message(DataType.PROTOBUF, b"")
    with pytest.raises(ServiceRefused, match="does not send protobuf"):
        await client.perform(ops.SendToAll(hub="chat", message=message))
    assert fake.requests == []


@pytest.mark.parametrize(
    ("endpoint", "base_url"),
    [
        ("http://localhost:8080", "ws://localhost:8080/client/hubs/chat"),
        ("https://example.com", "wss://example.com/client/hubs/chat"),
    ],
)
async def test_client_access_is_made_without_asking(endpoint: str, base_url: str) -> None:
    """Address and token are those of the official SDK; the service is not asked."""
    client = RemoteServiceClient(by_key(endpoint))
    access = await client.client_access("chat", user_id="ann", roles=["r"], groups=["g"])
    await client.close()
    assert access.base_url == base_url
    assert access.url == f"{base_url}?access_token={access.access_token}"
    audience = f"{endpoint}/client/hubs/chat"
    claims = jwt.decode(access.access_token, KEY, ["HS256"], audience=audience)
    assert (claims["sub"], claims["role"], claims["webpubsub.group"]) == ("ann", ["r"], ["g"])
    assert 3500 < claims["exp"] - claims["iat"] <= 3600


async def test_anonymous_access_has_no_subject() -> None:
    """Without a user the token names none, and no roles and no groups."""
    client = RemoteServiceClient(by_key("http://localhost"))
    access = await client.client_access("chat", minutes_to_expire=5)
    await client.close()
    claims = jwt.decode(access.access_token, KEY, ["HS256"], options={"verify_aud": False})
    assert claims.keys() == {"aud", "iat", "exp"}
    assert claims["exp"] - claims["iat"] <= 300


async def test_a_url_for_an_mqtt_client() -> None:
    """Path and audience are those of MQTT. Specification: bindings section 7."""
    client = RemoteServiceClient(by_key("http://localhost"))
    access = await client.client_access("chat", client_protocol="mqtt")
    await client.close()
    assert access.base_url == "ws://localhost/clients/mqtt/hubs/chat"
    claims = jwt.decode(access.access_token, KEY, ["HS256"], options={"verify_aud": False})
    assert claims["aud"] == "http://localhost/clients/mqtt/hubs/chat"


def test_a_connection_string_needs_a_key() -> None:
    """The error says where to find one."""
    with pytest.raises(BindingError, match=r"^X: the connection string has no AccessKey"):
        RemoteServiceClient(Connection(name="X", endpoint="http://localhost"))


def test_the_sdk_is_imported_when_it_is_needed() -> None:
    """A host that runs with our own service starts without it."""
    code = (
        "import sys;"
        "from webpubsub.host.connections.remote_service import RemoteServiceClient as R;"
        "from webpubsub.host.connections.connection_settings import Connection as C;"
        "R(C(name='X', endpoint='http://localhost', access_key='k'));"
        "print('azure.core' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True
    )
    assert run.stdout.strip() == "False"
