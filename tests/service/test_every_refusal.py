"""Every refusal can be met: over the wire, by what somebody might really do wrong.

The log of the service is looked at, because that is where its reader meets the code.
"""

import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jwt
import pytest

from tests.service.fakes import JSON_SUBPROTOCOL, client_frame, close_payload
from tests.service.wire import (
    BINARY,
    CLOSE,
    TEXT,
    App,
    dial,
    handshake,
    join,
    join_and_listen,
    running,
    target_of,
    until,
)
from webpubsub.protocol.access_tokens import sign
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import Permission, SendToAll
from webpubsub.protocol.outcomes import ConnectAccepted, EventFailed
from webpubsub.protocol.refusals.catalogue import EDGES
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY
from webpubsub.service.status import Status

ROOT = Path(__file__).parents[2]
ENTRA = "https://webpubsub.azure.com"
RELIABLE = "json.reliable.webpubsub.azure.v1"
PROTOBUF = "protobuf.webpubsub.azure.v1"

Act = Callable[[Service], Awaitable[None]]


class Case(NamedTuple):
    """What somebody does to a service, and what that service is like."""

    act: Act
    app: App | None = None
    settings: Mapping[str, Any] = {}


def sends(data: bytes) -> Act:
    """These bytes are all a client says."""

    async def act(service: Service) -> None:
        async with await dial(service) as peer:
            await peer.send(data)
            await peer.rest()

    return act


def knocks(target: str, headers: Mapping[str, str | None] | None = None) -> Act:
    """A WebSocket handshake with this target."""

    async def act(service: Service) -> None:
        async with await dial(service) as peer:
            await peer.send(handshake(service, target, headers))
            await peer.response()

    return act


def enters(query: str = "", **access: Any) -> Act:
    """A WebSocket handshake with a good token."""

    async def act(service: Service) -> None:
        await knocks(await target_of(service, **access) + query)(service)

    return act


def presents(*, key: str = DEVELOPMENT_KEY, algorithm: str = "HS256", **claims: Any) -> Act:
    """A WebSocket handshake with a token of these claims; a claim None is left out."""

    async def act(service: Service) -> None:
        now = int(time.time())
        good = {"aud": f"{service.endpoint}/client/hubs/chat", "exp": now + 60}
        given = {name: value for name, value in (good | claims).items() if value is not None}
        token = jwt.encode(given, key, algorithm)
        await knocks(f"/client/hubs/chat?access_token={token}")(service)

    return act


def says(*frames: bytes, subprotocol: str | None = None, query: str = "", **access: Any) -> Act:
    """A client that has been let in sends these frames, and waits for the end."""

    async def act(service: Service) -> None:
        async with await join(service, subprotocol=subprotocol, query=query, **access) as peer:
            await peer.send(*frames)
            await peer.rest()

    return act


def calls(
    method: str,
    path: str,
    body: bytes = b"",
    *,
    token: str | None = None,
    text: bytes = b"Content-Type: text/plain\r\n",
    length: bool = True,
) -> Act:
    """A request to the REST API, signed unless another Authorization is given."""

    async def act(service: Service) -> None:
        unsigned = path.partition("?")[0]
        claims = {"aud": f"{service.endpoint}{unsigned}", "exp": int(time.time()) + 60}
        authorization = f"Bearer {sign(claims, DEVELOPMENT_KEY)}" if token is None else token
        head = [
            f"{method} {path} HTTP/1.1\r\n".encode(),
            f"Host: {service.endpoint.removeprefix('http://')}\r\n".encode(),
            f"Authorization: {authorization}\r\n".encode() if authorization else b"",
            f"Content-Length: {len(body)}\r\n".encode() if length else b"",
            text,
            b"\r\n",
        ]
        async with await dial(service) as peer:
            await peer.send(*head, body)
            status, *_ = await peer.response()
            assert status >= 400

    return act


def fails(part: str) -> Act:
    """A fault of the service itself, while somebody connects or calls."""

    def broken_at_once(*_: Any, **__: Any) -> bool:
        raise ZeroDivisionError("a fault made for this test")

    async def broken(*_: Any, **__: Any) -> None:
        broken_at_once()

    async def act(service: Service) -> None:
        if part == "handshake":
            service._router.asks = broken_at_once  # type: ignore[method-assign]
            await enters()(service)
        elif part == "rest":
            service.hubs.perform = broken  # type: ignore[method-assign]
            await calls("POST", "/api/hubs/chat/:send", b"x")(service)
        else:
            service._router.user_event = broken  # type: ignore[method-assign,assignment]
            await says(client_frame(TEXT, b"x"))(service)

    return act


async def _comes_back_with_a_made_up_token(service: Service) -> None:
    query = "&awps_connection_id=abc&awps_reconnection_token=def"
    target = await target_of(service) + query
    async with await dial(service) as peer:
        await peer.send(handshake(service, target, {"Sec-WebSocket-Protocol": RELIABLE}))
        await peer.rest()


async def _acknowledges_nothing(service: Service) -> None:
    async with await join(service, subprotocol=RELIABLE) as peer:
        for _ in range(3):
            await service.client.perform(
                SendToAll(hub="chat", message=Message(DataType.TEXT, b"x"))
            )
        await peer.rest()


def generates(query: str) -> Case:
    """Somebody with a Microsoft Entra token asks for a client token."""
    claims = {"iss": "https://sts.windows.net/t/", "aud": ENTRA, "exp": 2**32, "tid": "t"}
    token = jwt.encode(claims, "k" * 32, "HS256")
    return Case(
        calls("POST", f"/api/hubs/chat/:generateToken?{query}", token=f"Bearer {token}"),
        settings={"accept_unvalidated_entra_tokens": True},
    )


async def _is_unhealthy(service: Service) -> None:
    service.status = Status.STARTING
    await sends(b"HEAD /api/health HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")(service)
    service.status = Status.SERVING


async def _never_answers_pings(service: Service) -> None:
    async with await join(service):
        await until(lambda: not any(hub.sessions for hub in service.hubs))


async def _fills_its_permissions(service: Service) -> None:
    peer, connection_id = await join_and_listen(service)
    (session,) = (session for hub in service.hubs for session in hub.sessions.values())
    for number in range(1000):
        assert session.permissions.grant(Permission.SEND_TO_GROUP, f"g{number}") is None
    path = f"/api/hubs/chat/permissions/sendToGroup/connections/{connection_id}?targetName=more"
    async with peer:
        await calls("PUT", path)(service)


def asks(*messages: str, **access: Any) -> Act:
    """A JSON client that may do everything in groups says this, and closes."""
    frames = [client_frame(TEXT, message.encode()) for message in messages]
    close = client_frame(CLOSE, close_payload(1000))
    return says(*frames, close, subprotocol=JSON_SUBPROTOCOL, roles=ROLES, **access)


ROLES = ("webpubsub.sendToGroup", "webpubsub.joinLeaveGroup")
GROUPS: Mapping[str, Any] = {"webpubsub.group": [" "]}
SEND = "/api/hubs/chat/:send"
MEMBERS = "/api/hubs/chat/groups/g/connections"
JSON = b"Content-Type: application/json\r\n"

PROVOKED: Mapping[str, Case] = {
    "handshake.head.too-large": Case(sends(b"GET / HTTP/1.1\r\nX: " + b"x" * 40_000)),
    "handshake.head.invalid": Case(sends(b"\x16\x03\x01\r\n\r\n")),
    "handshake.path.reserved": Case(knocks("/clients/mqtt/hubs/chat")),
    "handshake.upgrade.missing": Case(knocks("/client/hubs/chat", {"Upgrade": None})),
    "handshake.hub.invalid": Case(knocks("/client/hubs/1-2")),
    "handshake.token.missing": Case(knocks("/client/hubs/chat")),
    "handshake.token.group": Case(presents(**GROUPS)),
    "handshake.mode.invalid": Case(enters("&webpubsub_mode=shout")),
    "handshake.service.full": Case(enters(), settings={"max_connections": 0}),
    "handshake.groups.too-many": Case(enters(groups=["g"]), settings={"max_groups": 0}),
    "handshake.connect.refused": Case(enters(), App({"connect": EventFailed(status=403)})),
    "handshake.connect.failed": Case(enters(), App({"connect": EventFailed(status=500)})),
    "handshake.connect.response": Case(enters(), App({"connect": ConnectAccepted(groups=(" ",))})),
    "handshake.internal-error": Case(fails("handshake")),
    "token.malformed": Case(knocks("/client/hubs/chat?access_token=a.b.c")),
    "token.algorithm": Case(presents(key=DEVELOPMENT_KEY * 2, algorithm="HS512")),
    "token.signature": Case(presents(key="k" * 40)),
    "token.lifetime.missing": Case(presents(exp=None)),
    "token.expired": Case(presents(exp=1)),
    "token.too-early": Case(presents(nbf=2**32)),
    "token.audience": Case(presents(aud="http://elsewhere/client/hubs/chat")),
    "client.json.needs-text": Case(
        says(client_frame(BINARY, b"x"), subprotocol="json.webpubsub.azure.v1")
    ),
    "client.json.invalid": Case(
        says(client_frame(TEXT, b"{"), subprotocol="json.webpubsub.azure.v1")
    ),
    "client.protobuf.needs-binary": Case(says(client_frame(TEXT, b"{}"), subprotocol=PROTOBUF)),
    "client.protobuf.invalid": Case(says(client_frame(BINARY, b"\xff"), subprotocol=PROTOBUF)),
    "websocket.frame.invalid": Case(says(b"\x81\x01x")),
    "websocket.text.invalid": Case(says(client_frame(TEXT, b"\xff"))),
    "websocket.message.too-large": Case(
        says(client_frame(TEXT, b"x" * 200)), settings={"max_message_bytes": 100}
    ),
    "websocket.recovery.refused": Case(_comes_back_with_a_made_up_token),
    "websocket.buffer.full": Case(_acknowledges_nothing, settings={"max_buffered_messages": 2}),
    "websocket.raw-group.forbidden": Case(
        says(client_frame(TEXT, b"x"), query="&webpubsub_mode=sendToGroup&group=g")
    ),
    "websocket.event.failed": Case(says(client_frame(TEXT, b"x"))),
    "websocket.internal-error": Case(fails("websocket")),
    "websocket.ping-timeout": Case(
        _never_answers_pings, settings={"ping_interval": 1.0, "max_missed_pings": 1}
    ),
    "rest.path.unknown": Case(calls("POST", "/api/hubs/chat/:shout")),
    "rest.path.encoding": Case(calls("GET", "/api/hubs/chat/users/%FF")),
    "rest.request.invalid": Case(calls("POST", SEND, text=b"Transfer-Encoding: gzip\r\n")),
    "rest.method.wrong": Case(calls("GET", SEND)),
    "rest.token.missing": Case(calls("POST", SEND, b"x", token="")),
    "rest.token.entra-required": Case(calls("POST", "/api/hubs/chat/:generateToken")),
    "rest.api-version.unknown": Case(calls("POST", f"{SEND}?api-version=1999-01-01", b"x")),
    "rest.hub.invalid": Case(calls("POST", "/api/hubs/1-2/:send", b"x")),
    "rest.group.invalid": Case(calls("POST", "/api/hubs/chat/groups/%20/:send", b"x")),
    "rest.user-id.invalid": Case(calls("POST", "/api/hubs/chat/users/%20/:send", b"x")),
    "rest.connection-id.invalid": Case(calls("POST", "/api/hubs/chat/connections/%20/:send", b"x")),
    "rest.permission.invalid": Case(calls("PUT", "/api/hubs/chat/permissions/fly/connections/c")),
    "rest.target-name.invalid": Case(
        calls("PUT", "/api/hubs/chat/permissions/sendToGroup/connections/c?targetName=%20")
    ),
    "rest.message-ttl.invalid": Case(calls("POST", f"{SEND}?messageTtlSeconds=301", b"x")),
    "rest.filter.repeated": Case(calls("POST", f"{SEND}?filter=a&filter=b", b"x")),
    "rest.page-size.invalid": Case(calls("GET", f"{MEMBERS}?maxpagesize=0")),
    "rest.top.invalid": Case(calls("GET", f"{MEMBERS}?top=x")),
    "rest.continuation.invalid": Case(calls("GET", f"{MEMBERS}?continuationToken=x")),
    "rest.membership.invalid": Case(calls("POST", "/api/hubs/chat/:addToGroups", b"[]", text=JSON)),
    "rest.minutes.invalid": generates("minutesToExpire=0"),
    "rest.client-type.invalid": generates("clientType=Socket"),
    "rest.operation.not-supported": generates("clientType=MQTT"),
    "rest.body.length": Case(calls("POST", SEND, length=False)),
    "rest.body.content-type": Case(
        calls("POST", SEND, b"x", text=b"Content-Type: application/xml\r\n")
    ),
    "rest.body.charset": Case(calls("POST", SEND, b"\xff")),
    "rest.body.json": Case(calls("POST", SEND, b"{", text=JSON)),
    "rest.body.protobuf": Case(
        calls("POST", SEND, b"x", text=b"Content-Type: application/x-protobuf\r\n")
    ),
    "rest.metadata.invalid": Case(
        calls(
            "POST",
            SEND,
            b"x",
            text=b"Content-Type: text/plain\r\nX-WebPubSub-Metadata-A: " + b"x" * 1025 + b"\r\n",
        )
    ),
    "rest.internal-error": Case(fails("rest")),
    "rest.unhealthy": Case(_is_unhealthy),
    "hub.message.null": Case(calls("POST", SEND, b" null ", text=JSON)),
    "hub.filter.invalid": Case(calls("POST", f"{SEND}?filter=a%20b", b"x")),
    "hub.connection.unknown": Case(calls("PUT", "/api/hubs/chat/groups/g/connections/nobody")),
    "hub.groups.full": Case(
        says(
            client_frame(TEXT, b'{"type":"joinGroup","group":"g","ackId":1}'),
            client_frame(8, b"\x03\xe8"),
            subprotocol="json.webpubsub.azure.v1",
            roles=["webpubsub.joinLeaveGroup"],
        ),
        settings={"max_groups": 0},
    ),
    "hub.user.unknown": Case(calls("PUT", "/api/hubs/chat/users/nobody/groups/g")),
    "hub.permissions.full": Case(_fills_its_permissions),
    "hub.group-state.not-member": Case(
        asks('{"type":"setGroupState","group":"g","state":{}}'),
    ),
    "hub.group-state.full": Case(
        asks('{"type":"setGroupState","group":"g","state":{}}', groups=["g"]),
        settings={"max_group_states": 0},
    ),
    "hub.group-state.subscriptions-full": Case(
        asks('{"type":"subscribeGroupState","group":"g"}'),
        settings={"max_group_state_subscriptions": 0},
    ),
}

#: What takes too long or too much to provoke here, and the test that does it.
ELSEWHERE: Mapping[str, str] = {
    "rest.body.incomplete": (
        "tests/service/rest/test_bodies.py::test_a_body_that_never_ends_is_given_up"
    ),
    "websocket.recovery.expired": (
        "tests/service/connections/test_recovery.py::test_waiting_has_an_end"
    ),
    "websocket.slow-client": (
        "tests/service/websockets/test_websocket.py::test_a_slow_client_is_dropped_once"
    ),
}


@pytest.mark.parametrize("code", PROVOKED)
async def test_a_refusal_is_met(code: str, caplog: pytest.LogCaptureFixture) -> None:
    """What goes wrong is logged with its code, and with nothing that looks like a key."""
    case = PROVOKED[code]
    with caplog.at_level(logging.DEBUG, "webpubsub"):
        async with running(case.app, **{"close_timeout": 0.2, **case.settings}) as service:
            await case.act(service)
            await until(lambda: f"{code}: checked " in caplog.text)
    assert DEVELOPMENT_KEY not in caplog.text


def test_every_refusal_has_its_provocation() -> None:
    """Here, or in the test that is named; none of them is about a refusal that is gone."""
    met = {
        kind.code
        for edge in EDGES
        for kind in edge.kinds
        if not kind.code.startswith(("app.", "function.", "webhook.", "delivery."))
    }
    assert sorted(met ^ (PROVOKED.keys() | ELSEWHERE.keys())) == []


@pytest.mark.parametrize("code", ELSEWHERE)
def test_the_other_test_is_there(code: str) -> None:
    """Under the name that is written down."""
    path, name = ELSEWHERE[code].split("::")
    text = (ROOT / path).read_text(encoding="utf-8")
    assert f"def {name}(" in text
