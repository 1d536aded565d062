"""The table of operations, carried out over HTTP with real hubs.

Specification: client-protocols sections 6.3 and 15, rest-api sections 1, 5.1 to 5.5, 6, 6.1 to 6.8,
12 and 13.
"""

import base64
from collections.abc import AsyncIterator
from io import BytesIO

import msgspec
import pytest

from tests.service.rest.world import (
    JSON_SUBPROTOCOL,
    KEY,
    NOW,
    RELIABLE_SUBPROTOCOL,
    SETTINGS,
    World,
    running_world,
)
from webpubsub.protocol.access_tokens import sign, verify
from webpubsub.protocol.filters import compile_filter
from webpubsub.protocol.operations import Permission
from webpubsub.protocol.permissions import PermissionLimits
from webpubsub.service.rest.operations import OPERATIONS
from webpubsub.service.session_limits import SessionLimits

HUB = "/api/hubs/Chat"
CLOSED = "Application server closed the connection."
ANY = b"\n\x03a/B\x12\x02\x08\x01"


def message(text: str, **members: object) -> dict[str, object]:
    return {"type": "message", "from": "server", "dataType": "text", "data": text, **members}


def group_message(text: str, group: str) -> dict[str, object]:
    return message(text, group=group, fromUserId=None) | {"from": "group"}


TEXT = {"Content-Type": "text/plain"}
JSON = {"Content-Type": "application/json"}

#: path, excluded and who receives
SENDS: tuple[tuple[str, set[str]], ...] = (
    ("/:send", {"a1", "a2", "anonymous"}),
    ("/:send?excluded=a1&excluded=anonymous&excluded=nobody", {"a2"}),
    ("/%3Asend/", {"a1", "a2", "anonymous"}),
    ("/connections/a1/:send?excluded=a1", {"a1"}),
    ("/connections/A1/:send", set()),
    ("/connections/a1/:send?filter=ignored", {"a1"}),
    ("/users/ann/:send?excluded=a1", {"a1", "a2"}),
    ("/users/Ann/:send", set()),
    ("/groups/room/:send", {"a1", "anonymous"}),
    ("/groups/room/:send?excluded=a1", {"anonymous"}),
    ("/groups/Room/:send", set()),
)


@pytest.mark.parametrize(("path", "receivers"), SENDS)
async def test_sends(world: World, path: str, receivers: set[str]) -> None:
    """Whom a message reaches; it is accepted even when it reaches nobody."""
    clients = {
        "a1": world.client("a1", user_id="ann", groups=["room"]),
        "a2": world.client("a2", user_id="ann"),
        "anonymous": world.client("anonymous", groups=["room"]),
        "elsewhere": world.client("a1", hub="other", user_id="ann", groups=["room"]),
    }
    answer = await world.call("POST", HUB + path, data=b"hi", headers=TEXT)
    assert (answer.status, answer.body) == (202, b"")
    assert {name for name, client in clients.items() if client.messages} == receivers
    wanted = group_message("hi", "room") if "/groups/" in path else message("hi")
    assert all(clients[name].messages == [wanted] for name in receivers)


@pytest.mark.parametrize("subprotocol", [JSON_SUBPROTOCOL, RELIABLE_SUBPROTOCOL])
@pytest.mark.parametrize("scope", ["", "/connections/c", "/users/u", "/groups/g"])
async def test_messages_to_a_slow_client(world: World, scope: str, subprotocol: str) -> None:
    """What waits for it longer than it was worth delivering is dropped."""
    client = world.client("c", user_id="u", groups=["g"], subprotocol=subprotocol)
    client.outbox.pause()
    for seconds in (1, 0, 300, 2):
        target = f"{HUB}{scope}/:send?messageTtlSeconds={seconds}"
        await world.call("POST", target, data=b"%d" % seconds, headers=TEXT)
    client.now += 2
    client.outbox.resume()
    assert [one["data"] for one in client.messages] == ["0", "300"]


async def test_a_hub_that_nobody_is_in(world: World) -> None:
    """Sending to it is accepted, and nothing exists there."""
    for path in ("/:send", "/connections/c/:send", "/users/u/:send", "/groups/g/:send"):
        assert (await world.call("POST", "/api/hubs/new" + path, data=b"")).status == 202
    for path in ("/connections/c", "/users/u", "/groups/g"):
        assert (await world.call("HEAD", "/api/hubs/new" + path)).status == 404


async def test_messages_keep_their_order(world: World) -> None:
    """Messages accepted one after another arrive one after another."""
    client = world.client("c")
    for number in range(5):
        await world.call("POST", HUB + "/:send", data=b"%d" % number, headers=TEXT)
    assert [item["data"] for item in client.messages] == ["0", "1", "2", "3", "4"]


PAYLOADS = (
    ("text/plain", "héllo".encode(), (1, "héllo".encode()), ("text", "héllo")),
    ("text/plain; charset=iso-8859-1", b"\xe9", (1, "é".encode()), ("text", "é")),
    ("text/plain", b"", (1, b""), ("text", "")),
    ("application/json", b' {"n": 1} ', (1, b' {"n": 1} '), ("json", {"n": 1})),
    ("application/json", b"[null]", (1, b"[null]"), ("json", [None])),
    ("application/octet-stream", b"\x00\xff", (2, b"\x00\xff"), ("binary", b"\x00\xff")),
    ("application/x-protobuf", ANY, (2, ANY), ("protobuf", ANY)),
    ("application/x-protobuf", b"", (2, b""), ("protobuf", b"")),
    ("", b"\xff", (2, b"\xff"), ("binary", b"\xff")),
    ("", b"", (2, b""), ("binary", b"")),
)


@pytest.mark.parametrize(("content_type", "body", "frame", "json"), PAYLOADS)
async def test_payloads(
    world: World,
    content_type: str,
    body: bytes,
    frame: tuple[int, bytes],
    json: tuple[str, object],
) -> None:
    """What a simple and a JSON client receive for each content type."""
    simple = world.client("simple", subprotocol=None)
    pubsub = world.client("json")
    headers = {"Content-Type": content_type}
    answer = await world.call("POST", HUB + "/:send", data=body, headers=headers)
    assert answer.status == 202
    assert simple.frames == [frame]
    [received] = pubsub.messages
    data_type, data = json
    if isinstance(data, bytes):
        data = base64.b64encode(data).decode()
    assert (received["dataType"], received["data"]) == (data_type, data)


async def test_metadata(world: World) -> None:
    """Metadata headers arrive with lower-case keys, and the last value counts."""
    client = world.client("c")
    headers = {
        "Content-Type": "text/plain",
        "X-WebPubSub-Metadata-Trace-Id": "first, second ",
        "x-webpubsub-metadata-EMPTY": "",
    }
    await world.call("POST", HUB + "/:send", data=b"hi", headers=headers)
    assert client.messages == [message("hi", metadata={"trace-id": "second", "empty": ""})]


EXISTENCE = (
    ("/connections/c1", 200, None),
    ("/connections/C1", 404, None),
    ("/users/ann", 200, None),
    ("/users/bob", 404, "Warning.User.NotExisted"),
    ("/groups/room", 200, None),
    ("/groups/Room", 404, "Warning.Group.NotExisted"),
)


@pytest.mark.parametrize(("path", "status", "code"), EXISTENCE)
async def test_existence(world: World, path: str, status: int, code: str | None) -> None:
    """What exists answers 200, what does not 404, and neither has a body."""
    world.client("c1", user_id="ann", groups=["room"])
    answer = await world.call("HEAD", HUB + path)
    assert (answer.status, answer.body) == (status, b"")
    assert answer.headers.get("x-ms-error-code") == code


CLOSES: tuple[tuple[str, str, set[str], str], ...] = (
    ("DELETE", "/connections/a1", {"a1"}, CLOSED),
    ("DELETE", "/connections/a1?reason=so%20long", {"a1"}, CLOSED + " Reason: so long"),
    ("DELETE", "/connections/nobody", set(), ""),
    ("POST", "/:closeConnections", {"a1", "a2", "b"}, CLOSED),
    ("POST", "/:closeConnections?excluded=a1&reason=", {"a2", "b"}, CLOSED),
    ("POST", "/groups/room/:closeConnections", {"a1", "b"}, CLOSED),
    ("POST", "/groups/room/:closeConnections?excluded=b", {"a1"}, CLOSED),
    ("POST", "/groups/nowhere/:closeConnections", set(), ""),
    ("POST", "/users/ann/:closeConnections?reason=x", {"a1", "a2"}, CLOSED + " Reason: x"),
    ("POST", "/users/ann/:closeConnections?excluded=a1&excluded=a2", set(), ""),
)


@pytest.mark.parametrize(("method", "path", "closed", "farewell"), CLOSES)
async def test_closing(
    world: World, method: str, path: str, closed: set[str], farewell: str
) -> None:
    """Whose connection is closed and what it is told; closing nobody is a success too."""
    clients = {
        "a1": world.client("a1", user_id="ann", groups=["room"]),
        "a2": world.client("a2", user_id="ann"),
        "b": world.client("b", groups=["room"]),
        "elsewhere": world.client("a1", hub="other", user_id="ann", groups=["room"]),
    }
    for _ in range(2):
        answer = await world.call(method, HUB + path)
        assert (answer.status, answer.body) == (204, b"")
    told = {name: client.farewell for name, client in clients.items() if client.farewell}
    assert told == dict.fromkeys(closed, farewell)
    assert set(world.hubs.hub("chat").sessions) == {"a1", "a2", "b"} - closed


MEMBERSHIPS = (
    ("PUT", "/groups/new/connections/a1", 200, "new", {"a1"}),
    ("PUT", "/groups/room/connections/a1", 200, "room", {"a1", "b"}),
    ("PUT", "/groups/a%2Fb/connections/a1", 200, "a%2Fb", {"a1"}),
    ("PUT", "/users/ann/groups/new", 200, "new", {"a1", "a2"}),
    ("DELETE", "/groups/room/connections/a1", 204, "room", {"b"}),
    ("DELETE", "/groups/room/connections/a2", 204, "room", {"a1", "b"}),
    ("DELETE", "/groups/room/connections/nobody", 204, "room", {"a1", "b"}),
    ("DELETE", "/connections/a1/groups", 204, "room", {"b"}),
    ("DELETE", "/connections/nobody/groups", 204, "room", {"a1", "b"}),
    ("DELETE", "/users/ann/groups/room", 204, "room", {"b"}),
    ("DELETE", "/users/nobody/groups/room", 204, "room", {"a1", "b"}),
    ("DELETE", "/users/ann/groups", 204, "room", {"b"}),
    ("DELETE", "/users/nobody/groups", 204, "room", {"a1", "b"}),
)


@pytest.mark.parametrize(("method", "path", "status", "group", "members"), MEMBERSHIPS)
async def test_membership(
    world: World, method: str, path: str, status: int, group: str, members: set[str]
) -> None:
    """Who is in a group afterwards; repeating changes nothing."""
    world.client("a1", user_id="ann", groups=["room"])
    world.client("a2", user_id="ann")
    world.client("b", groups=["room"])
    for _ in range(2):
        answer = await world.call(method, HUB + path)
        assert (answer.status, answer.body) == (status, b"")
    assert world.members(group) == members


JOINS: tuple[tuple[str, str, bytes], ...] = (
    ("PUT", "/groups/new/connections/full", b""),
    ("PUT", "/users/ann/groups/new", b""),
    ("POST", "/:addToGroups", b'{"groups":["new"]}'),
)


@pytest.mark.parametrize(("method", "path", "body"), JOINS)
async def test_a_connection_with_too_many_groups(
    world: World, method: str, path: str, body: bytes
) -> None:
    """It is a conflict if a limit is set, and nobody joins."""
    world.client("full", user_id="ann", groups=["room"], limits=SessionLimits(groups=1))
    world.client("other", user_id="ann")
    answer = await world.call(method, HUB + path, data=body, headers=JSON)
    assert (answer.status, answer.error["code"]) == (409, "Error.Connection.Conflict")
    assert answer.headers["x-ms-error-code"] == "Error.Connection.Conflict"
    assert world.members("new") == set()


async def test_adding_an_unknown_connection(world: World) -> None:
    """A connection of another hub is unknown, and the error says which one it is."""
    world.client("c", hub="other")
    answer = await world.call("PUT", HUB + "/groups/room/connections/c")
    assert answer.status == 404
    assert answer.headers["x-ms-error-code"] == "Error.Connection.NotExisted"
    assert answer.error == {
        "code": "Error.Connection.NotExisted",
        "message": "Connection `c` is not found.",
        "target": "Connection",
    }


async def test_adding_an_unknown_user(world: World) -> None:
    """A user without a connection is a 404 without a code."""
    answer = await world.call("PUT", HUB + "/users/nobody/groups/room")
    assert answer.status == 404
    assert "code" not in answer.error
    assert "x-ms-error-code" not in answer.headers


def permission_path(
    permission: str = "sendToGroup", connection: str = "c", target: str = "room"
) -> str:
    return f"{HUB}/permissions/{permission}/connections/{connection}?targetName={target}"


async def test_grant_check_and_revoke(world: World) -> None:
    """A permission is allowed from its grant to its revocation, and the other is not touched."""
    world.client("c")
    path = permission_path()
    statuses = [
        (await world.call(method, path)).status
        for method in ("HEAD", "PUT", "PUT", "HEAD", "DELETE", "DELETE", "HEAD")
    ]
    assert statuses == [404, 200, 200, 200, 204, 204, 404]
    await world.call("PUT", permission_path("2", target="a%2Fb"))
    session = world.hubs.hub("chat").sessions["c"]
    assert session.permissions.allows(Permission.JOIN_LEAVE_GROUP, "a/b")
    assert not session.permissions.allows(Permission.SEND_TO_GROUP, "a/b")


async def test_a_role_can_be_revoked_for_one_group(world: World) -> None:
    """Roles count, and a revocation denies one literal group in spite of them."""
    world.client("c", roles=["webpubsub.sendToGroup"])
    assert (await world.call("HEAD", permission_path(target="x.*"))).status == 200
    await world.call("DELETE", permission_path(target="x.*"))
    assert (await world.call("HEAD", permission_path(target="x.*"))).status == 404
    assert (await world.call("HEAD", permission_path(target="x.y"))).status == 200


@pytest.mark.parametrize(("method", "status"), [("HEAD", 404), ("PUT", 404), ("DELETE", 204)])
async def test_permissions_of_an_unknown_connection(world: World, method: str, status: int) -> None:
    """Only revoking what an unknown connection cannot have succeeds."""
    answer = await world.call(method, permission_path())
    assert answer.status == status
    code = answer.headers.get("x-ms-error-code")
    assert code == ("Info.Connection.NotExisted" if status == 404 else None)
    if method == "PUT":
        assert answer.error["code"] == "Info.Connection.NotExisted"
        assert answer.error["target"] == "Connection"


@pytest.mark.parametrize(
    ("method", "roles", "allowed"),
    [("PUT", (), False), ("DELETE", ("webpubsub.sendToGroup",), True)],
)
async def test_too_many_permissions(
    world: World, method: str, roles: tuple[str, ...], allowed: bool
) -> None:
    """One exception more than a connection may have is a conflict and changes nothing."""
    world.client("c", roles=roles)
    permissions = world.hubs.hub("chat").sessions["c"].permissions
    change = permissions.grant if method == "PUT" else permissions.revoke
    for number in range(PermissionLimits().groups):
        change(Permission.SEND_TO_GROUP, str(number))
    answer = await world.call(method, permission_path())
    assert answer.status == 409
    assert answer.headers["x-ms-error-code"] == "Error.Connection.Conflict"
    assert answer.error["code"] == "Error.Connection.Conflict"
    assert answer.error["target"] == "Connection"
    assert permissions.allows(Permission.SEND_TO_GROUP, "room") is allowed
    assert (await world.call(method, permission_path("joinLeaveGroup"))).status < 300


@pytest.mark.parametrize("token", ["", None])
async def test_health(world: World, token: str | None) -> None:
    """Whether the service is well may be asked by anybody."""
    answer = await world.call("HEAD", "/api/health", token=token)
    assert (answer.status, answer.body) == (200, b"")


# Filters


@pytest.mark.parametrize(
    ("path", "receivers"),
    [
        ("/:send?filter=userId%20eq%20'ann'", {"a1", "a2"}),
        ("/:send?filter=userId+eq+null", {"anonymous"}),
        ("/:send?filter='room'%20in%20groups&excluded=a1", {"anonymous"}),
        ("/groups/room/:send?filter=userId%20ne%20null", {"a1"}),
        ("/users/ann/:send?filter=not('room'%20in%20groups)", {"a2"}),
        ("/connections/a1/:send?filter=userId%20eq%20'bob'", {"a1"}),
        ("/:send?filter=false", set()),
        ("/:send?filter=", {"a1", "a2", "anonymous"}),
    ],
)
async def test_filters(world: World, path: str, receivers: set[str]) -> None:
    """Whoever is in the scope, is meant by the filter and is not excluded receives."""
    clients = {
        "a1": world.client("a1", user_id="ann", groups=["room"]),
        "a2": world.client("a2", user_id="ann"),
        "anonymous": world.client("anonymous", groups=["room"]),
    }
    answer = await world.call("POST", HUB + path, data=b"hi", headers=TEXT)
    assert (answer.status, answer.body) == (202, b"")
    assert {name for name, client in clients.items() if client.messages} == receivers


async def test_a_filter_is_compiled_once_for_each_request(world: World) -> None:
    """However many connections it is asked about."""
    for one in "abc":
        world.client(one)
    before = compile_filter.cache_info().misses
    target = HUB + "/:send?filter=connectionId%20ne%20'compiled%20once'"
    assert (await world.call("POST", target, data=b"hi", headers=TEXT)).status == 202
    assert compile_filter.cache_info().misses == before + 1


@pytest.mark.parametrize("path", ["/:send", "/groups/room/:send", "/users/ann/:send"])
async def test_a_wrong_filter(world: World, path: str) -> None:
    """It is named in the words of the service, and nothing is delivered."""
    client = world.client("c", user_id="ann", groups=["room"])
    target = HUB + path + "?filter=userId%20lt%201"
    answer = await world.call("POST", target, data=b"hi", headers=TEXT)
    assert answer.status == 400
    assert answer.error == {
        "code": "Error.BadRequest",
        "message": "Invalid syntax for 'userId lt 1': Type 'string', expect 'int'. "
        "(Parameter 'filter')",
        "target": "Request",
    }
    assert client.messages == []


# Memberships of many


async def change(world: World, action: str, body: object) -> int:
    data = body if isinstance(body, bytes) else msgspec.json.encode(body)
    return (await world.call("POST", f"{HUB}/:{action}", data=data, headers=JSON)).status


async def test_changing_the_groups_of_many(world: World) -> None:
    """Whom the filter means before the call comes into every group, or leaves it."""
    world.client("a", user_id="ann", groups=["old"])
    world.client("b")
    world.client("c", hub="other")
    body = {"groups": ["x", "y", "x"], "filter": "userId ne null"}
    assert await change(world, "addToGroups", body) == 200
    assert (world.members("x"), world.members("y")) == ({"a"}, {"a"})
    moved = {"Groups": ["old", "new"], "FILTER": "not ('old' in groups)"}
    assert await change(world, "addToGroups", moved) == 200
    assert (world.members("old"), world.members("new")) == ({"a", "b"}, {"b"})
    assert await change(world, "removeFromGroups", {"groups": ["old", "y"], "filter": ""}) == 200
    assert (world.members("old"), world.members("y"), world.members("x")) == (set(), set(), {"a"})
    assert await change(world, "removeFromGroups", {"groups": ["x"], "filter": "false"}) == 200
    assert world.members("x") == {"a"}
    assert world.members("x", hub="other") == set()


@pytest.mark.parametrize("members", [{}, {"filter": None}, {"filter": ""}])
async def test_changing_the_groups_of_everybody(world: World, members: dict[str, object]) -> None:
    """Without a filter every connection of the hub is meant, in whatever charset that is said."""
    for one in "ab":
        world.client(one)
    world.client("c", hub="other")
    headers = {"Content-Type": "application/json; charset=utf-16"}
    data = msgspec.json.encode({"groups": ["room"], **members}).decode().encode("utf-16")
    answer = await world.call("POST", HUB + "/:addToGroups", data=data, headers=headers)
    assert (answer.status, answer.body) == (200, b"")
    assert world.members("room") == {"a", "b"}


async def test_nobody_to_change(world: World) -> None:
    """A hub without connections is no mistake."""
    for action in ("addToGroups", "removeFromGroups"):
        assert await change(world, action, {"groups": ["room"]}) == 200


@pytest.mark.parametrize("action", ["addToGroups", "removeFromGroups"])
@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({}, b"{}", 415),
        ({"Content-Type": "text/plain"}, b"{}", 415),
        ({"Content-Type": "application/octet-stream"}, b"{}", 415),
        ({"Content-Type": "application/json; charset=klingon"}, b"{}", 415),
        ({"Content-Type": "application/json; charset=utf-16"}, "{}".encode("utf-16"), 400),
        (JSON, b"", 400),
        (JSON, b"{", 400),
        (JSON, b" " * 1_048_577, 400),
        (JSON | {"Transfer-Encoding": "chunked"}, b'{"groups":["a"]}', 400),
        (JSON, b"{}", 400),
        (JSON, b'{"groups":["room"],"filter":" "}', 400),
        (JSON, b'{"groups":[""]}', 400),
    ],
)
async def test_changes_that_are_refused(
    world: World, action: str, headers: dict[str, str], body: bytes, status: int
) -> None:
    """A body that is none changes nothing."""
    world.client("c", groups=["room"])
    answer = await world.call("POST", f"{HUB}/:{action}", data=BytesIO(body), headers=headers)
    assert answer.status == status
    assert world.members("room") == {"c"}


# Lists

LIST = HUB + "/groups/room/connections"


async def listed(world: World, target: str) -> list[list[str]]:
    """The ids of page after page, each fetched with the token of the first."""
    token, pages = world.token(LIST), []
    link: str | None = target
    while link is not None:
        answer = await world.call("GET", link.removeprefix(world.base), token=token)
        assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
        body = msgspec.json.decode(answer.body)
        pages.append([member["connectionId"] for member in body["value"]])
        link = body["nextLink"]
    return pages


@pytest.mark.parametrize(
    ("query", "sizes"),
    [
        ("", [200, 5]),
        ("?maxpagesize=100", [100, 100, 5]),
        ("?maxpagesize=205", None),
        ("?top=3", [3]),
        ("?top=205", [200, 5]),
        ("?top=201&maxpagesize=100", [100, 100, 1]),
        ("?top=200&maxpagesize=100", [100, 100]),
        ("?MAXPAGESIZE=200&top=2147483647", [200, 5]),
    ],
)
async def test_listing(world: World, query: str, sizes: list[int] | None) -> None:
    """Pages follow each other in order of the ids, as long and as many as was asked for."""
    ids = [f"c{number:03}" for number in range(205)]
    for connection_id in reversed(ids):
        world.client(connection_id, groups=["room"])
    world.client("other")
    if sizes is None:
        assert (await world.call("GET", LIST + query)).status == 400
        return
    pages = await listed(world, LIST + query)
    assert [len(page) for page in pages] == sizes
    assert [one for page in pages for one in page] == ids[: sum(sizes)]


async def test_a_page(world: World) -> None:
    """What a page looks like; the link to the next one is complete, and safe in any URL."""
    world.client("a", user_id="ann", groups=["room"])
    world.client("b", groups=["room"])
    first = await world.call("GET", LIST + "/?maxpagesize=1&top=9&api-version=2021-10-01")
    body = msgspec.json.decode(first.body)
    assert body["value"] == [{"connectionId": "a", "userId": "ann"}]
    start = f"{world.base}{LIST}?api-version=2024-12-01&maxpagesize=1&top=8&continuationToken="
    assert body["nextLink"].startswith(start)
    assert "%" not in body["nextLink"]
    second = await world.call("GET", body["nextLink"].removeprefix(world.base))
    assert msgspec.json.decode(second.body) == {
        "value": [{"connectionId": "b", "userId": None}],
        "nextLink": None,
    }


async def test_links_behind_a_proxy() -> None:
    """They lead back through it: the request tells neither its scheme nor, often, its host."""
    settings = msgspec.structs.replace(SETTINGS, public_endpoint="https://Example.com:8443/")
    async with running_world(settings) as behind:
        for one in "ab":
            behind.client(one, groups=["room"])
        answer = await behind.call("GET", LIST + "?maxpagesize=1")
        link = msgspec.json.decode(answer.body)["nextLink"]
        assert link.startswith(f"https://Example.com:8443{LIST}?api-version=2024-12-01&")


async def test_pages_while_members_come_and_go(world: World) -> None:
    """The list goes on after the last id, whoever has left or come before it."""
    for one in "bdf":
        world.client(one, groups=["room"])
    answer = await world.call("GET", LIST + "?maxpagesize=2")
    link = msgspec.json.decode(answer.body)["nextLink"].removeprefix(world.base)
    await world.call("DELETE", LIST + "/d")
    world.client("a", groups=["room"])
    world.client("e", groups=["room"])
    assert await listed(world, link) == [["e", "f"]]


async def test_an_unknown_group_is_empty(world: World) -> None:
    """Nobody is in a group that does not exist."""
    answer = await world.call("GET", LIST)
    assert msgspec.json.decode(answer.body) == {"value": [], "nextLink": None}


WRONG_PAGES = (
    *(
        f"{name}={value}"
        for name in ("maxpagesize", "top")
        for value in ("0", "-1", "x", "", "1.5")
    ),
    "maxpagesize=201",
    "top=2147483648",
    "top=99999999999999999999",
    "top=1&top=1",
    "maxpagesize=1&maxpagesize=1",
    "continuationToken=",
    "continuationToken=Zm9v",
    "continuationToken=" + "A" * 2049,
)


@pytest.mark.parametrize("query", WRONG_PAGES)
async def test_wrong_pages(world: World, query: str) -> None:
    """What cannot be a page is refused, and the answer names the parameter."""
    answer = await world.call("GET", f"{LIST}?{query}")
    assert answer.status == 400
    assert answer.error["target"] == query.partition("=")[0]


async def test_tokens_of_other_groups(world: World) -> None:
    """A continuation token is for its own hub, in any letter case, and group."""
    for one in "ab":
        world.client(one, groups=["room", "ROOM"])
    answer = await world.call("GET", LIST + "?maxpagesize=1")
    link = msgspec.json.decode(answer.body)["nextLink"].removeprefix(world.base)
    assert (await world.call("GET", link.replace("/Chat/", "/CHAT/"))).status == 200
    assert (await world.call("GET", link.replace("/Chat/", "/other/"))).status == 400
    assert (await world.call("GET", link.replace("/room/", "/ROOM/"))).status == 400


# Tokens of clients

GENERATE = HUB + "/:generateToken"


async def test_generating_tokens_needs_entra(world: World) -> None:
    """A valid access-key token is refused there, as the cloud service refuses it."""
    answer = await world.call("POST", GENERATE + "?userId=u")
    assert answer.status == 401
    assert "Entra" in answer.error["message"]


@pytest.fixture
async def trusting() -> AsyncIterator[World]:
    """An API that takes the word of Entra tokens."""
    async with running_world(msgspec.structs.replace(SETTINGS, **TRUSTING)) as running:
        yield running


TRUSTING = {"accept_unvalidated_entra_tokens": True}
ENTRA = sign({"aud": "https://webpubsub.azure.com", "exp": NOW + 60}, "k" * 32)


@pytest.mark.parametrize(
    ("query", "claims"),
    [
        ("", {"exp": NOW + 3600}),
        (
            "?userId=u%201&role=r1&role=r2&minutesToExpire=7&group=g1&group=g%202&clientType=default",
            {
                "sub": "u 1",
                "role": ["r1", "r2"],
                "webpubsub.group": ["g1", "g 2"],
                "exp": NOW + 7 * 60,
            },
        ),
        ("?userId=&minutesToExpire=2147483647", {"exp": NOW + 2147483647 * 60}),
    ],
)
async def test_generated_tokens(trusting: World, query: str, claims: dict[str, object]) -> None:
    """They say what was asked for and nothing else, and begin now."""
    answer = await trusting.call("POST", GENERATE + query, token=ENTRA)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/json")
    token = msgspec.json.decode(answer.body)["token"]
    found = verify(token, keys=[KEY], is_audience=lambda _: True, now=NOW - 299)
    assert found == {
        "aud": f"{trusting.base}/client/hubs/chat",
        "iss": "https://webpubsub.azure.com",
        "iat": NOW,
        "nbf": NOW,
        **claims,
    }


async def test_generated_tokens_behind_a_proxy() -> None:
    """They are for the endpoint that the client will see."""
    settings = msgspec.structs.replace(SETTINGS, public_endpoint="https://Example.com", **TRUSTING)
    async with running_world(settings) as behind:
        answer = await behind.call("POST", GENERATE, token=ENTRA)
    token = msgspec.json.decode(answer.body)["token"]
    found = verify(token, keys=[KEY], is_audience=lambda _: True, now=NOW)
    assert found["aud"] == "https://Example.com/client/hubs/chat"


@pytest.mark.parametrize(
    ("query", "status", "target"),
    [
        ("minutesToExpire=0", 400, "Request"),
        ("minutesToExpire=-1", 400, "Request"),
        ("minutesToExpire=x", 400, "Request"),
        ("minutesToExpire=2147483648", 400, "Request"),
        ("group=a&group=%20", 400, "group"),
        ("group=" + "g" * 1025, 400, "group"),
        ("clientType=", 400, "clientType"),
        ("clientType=SocketIO", 400, "clientType"),
        ("clientType=Default&clientType=Default", 400, "clientType"),
        ("clientType=mqtt", 501, "Request"),
    ],
)
async def test_tokens_that_are_not_generated(
    trusting: World, query: str, status: int, target: str
) -> None:
    """A token for what cannot be is refused, and some answers name the parameter."""
    answer = await trusting.call("POST", f"{GENERATE}?{query}", token=ENTRA)
    assert (answer.status, answer.error["target"]) == (status, target)


def test_the_table_has_no_row_twice() -> None:
    """A method and a path are one operation."""
    keys = [(operation.method, operation.path) for operation in OPERATIONS]
    assert len(set(keys)) == len(keys)
