"""Letting clients in, over the wire.

Specification: client-protocols sections 1.4, 1.5, 1.6, 1.7, 3.4, 10 and 14, upstream-events section
9.
"""

import asyncio
import gc
import time
from typing import Any

import pytest

from tests.service.fakes import JSON_SUBPROTOCOL, Wire, client_frame
from tests.service.wire import (
    TEXT,
    App,
    dial,
    handshake,
    join,
    join_and_listen,
    running,
    sessions,
    target_of,
    until,
)
from webpubsub.protocol.access_tokens import client_token, sign
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.operations import AddConnectionToGroup
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
)
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.observation import HandshakeBegan, HandshakeRefused, Observed
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY


def token(service: Service, key: str = DEVELOPMENT_KEY, **claims: Any) -> str:
    aud = f"{service.endpoint}/client/hubs/chat"
    return sign({"aud": aud, "exp": time.time() + 60, **claims}, key)


NO_TOKEN = b"The access token is missing."


@pytest.mark.parametrize(
    ("target", "headers", "status", "body"),
    [
        ("/client/hubs/chat?access_token={token}", {"Upgrade": None}, 400,
         b"This is not a WebSocket handshake."),
        ("/client", {}, 400, b"The hub name is missing."),
        ("/client/hubs/a-b?access_token={token}", {}, 400, b"The hub name is invalid."),
        ("/client/hubs/chat", {}, 401, NO_TOKEN),
        ("/client/hubs/chat?access_token=", {"Authorization": "Basic x"}, 401, NO_TOKEN),
        ("/client/hubs/chat?access_token=bad", {}, 401,
         b"The form of the access token is not valid."),
        ("/client/hubs/chat?access_token={foreign}", {}, 401,
         b"The signature of the access token is not valid."),
        ("/client/hubs/chat?access_token={expired}", {}, 401,
         b"The lifetime of the access token is not valid."),
        ("/client/hubs/other?access_token={token}", {}, 401,
         b"The audience of the access token is not valid."),
        ("/client/hubs/chat?access_token={token}", {"Host": "example.com"}, 401,
         b"The audience of the access token is not valid."),
        ("/client/hubs/chat?access_token={bad_group}", {}, 400,
         b"The token contains an invalid group name."),
        ("/client/hubs/chat?webpubsub_mode=x&access_token={token}", {}, 400,
         b"Only raw sendToGroup mode is supported."),
        ("/client/hubs/chat?webpubsub_mode=sendToGroup&access_token={token}", {}, 400,
         b"The raw sendToGroup group name is invalid."),
    ],
)  # fmt: skip
async def test_clients_that_are_turned_away(
    target: str, headers: dict[str, str | None], status: int, body: bytes
) -> None:
    """Status and text of every check; nothing is registered and no event is raised."""
    app = App()
    async with running(app) as service, await dial(service) as peer:
        tokens = {
            "token": token(service),
            "foreign": token(service, "x" * 32),
            "expired": token(service, exp=time.time() - 301),
            "bad_group": token(service, **{"webpubsub.group": " "}),
        }
        seen: list[Observed] = []
        service.point.observer = seen.append
        await peer.send(handshake(service, target.format(**tokens), headers))
        answer = await peer.response()
        assert (answer[0], answer[2]) == (status, body)
        assert answer[1]["content-type"] == "text/plain; charset=utf-8"
        assert await peer.rest() == b""
        began, refused = seen
        assert isinstance(began, HandshakeBegan)
        assert isinstance(refused, HandshakeRefused)
        assert "access_token" not in refused.path
        assert refused.refusal.kind.http_status == status
        assert list(service.hubs) == []
    assert app.names == []


async def raises(_event: AnyEventRequest) -> EventOutcome:
    raise RuntimeError("secret")


@pytest.mark.parametrize(
    ("answer", "status", "body"),
    [
        (EventFailed(status=401, message="secret"), 401, b"Unauthorized"),
        (EventFailed(status=403, message="secret"), 403, b"Forbidden"),
        (EventFailed(status=429, message="secret"), 429, b"Too Many Requests"),
        (EventFailed(status=500, message="secret"), 500, b"The connect event failed."),
        (EventFailed(status=503, message="secret"), 503, b"The connect event failed."),
        (raises, 500, b"The connect event failed."),
        (Notified(), 500, b"The connect event failed."),
        (ConnectAccepted(groups=("",)), 500, b"The connect event failed."),
        (ConnectAccepted(subprotocol="a b"), 500, b"The connect event failed."),
    ],
)
async def test_clients_that_the_application_turns_away(
    answer: Any, status: int, body: bytes
) -> None:
    """Its status, not its text; there is no connected and no disconnected event."""
    app = App({"connect": answer})
    async with running(app) as service, await dial(service) as peer:
        await peer.send(handshake(service, await target_of(service)))
        found = await peer.response()
        assert (found[0], found[2]) == (status, body)
        assert sessions(service) == 0
    assert app.names == ["connect"]


async def test_the_limit_of_connections_holds_for_those_who_come_at_once() -> None:
    """Whoever is let in last is refused, although there was room when its handshake began."""
    gate = asyncio.Event()

    async def slow(_event: AnyEventRequest) -> EventOutcome:
        await gate.wait()
        return ConnectAccepted()

    app = App({"connect": slow})
    async with (
        running(app, max_connections=1) as service,
        await dial(service) as one,
        await dial(service) as other,
    ):
        for peer in (one, other):
            await peer.send(handshake(service, await target_of(service)))
        await until(lambda: len(app.names) == 2)
        gate.set()
        answers = [await peer.response() for peer in (one, other)]
        assert sorted(answer[0] for answer in answers) == [101, 429]
        assert sessions(service) == 1


TOO_MANY = (400, b"Too many groups.")


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (ConnectAccepted(), TOO_MANY),
        (ConnectAccepted(groups=("x", "y", "z")), TOO_MANY),
        (ConnectAccepted(groups=("x", "y", "x")), (101, b"")),
    ],
)
async def test_more_groups_than_there_may_be(answer: EventOutcome, told: tuple[int, bytes]) -> None:
    """The groups of the token, or those of the application in their place (section 10)."""
    async with (
        running(App({"connect": answer}), max_groups=2) as service,
        await dial(service) as peer,
    ):
        target = await target_of(service, groups=["a", "b", "c"])
        await peer.send(handshake(service, target))
        found = await peer.response()
        assert (found[0], found[2]) == told
        assert sessions(service) == (1 if told[0] == 101 else 0)


def joining(group: str, ack_id: int) -> dict[str, Any]:
    return {"type": "joinGroup", "group": group, "ackId": ack_id}


@pytest.mark.parametrize(
    ("settings", "requests", "refused"),
    [
        (
            {"max_groups": 1},
            [joining("a", 1), joining("a", 2), joining("b", 3)],
            (3, "Forbidden", "The connection is in too many groups."),
        ),
        (
            {"max_permission_groups": 1},
            [joining("x", 1), joining("y", 2)],
            (2, "Forbidden", "The client does not have permission to join group 'y'."),
        ),
        (
            {"max_permission_patterns": 1},
            [joining("a1", 1), joining("b1", 2)],
            (2, "Forbidden", "The client does not have permission to join group 'b1'."),
        ),
        (
            {"max_remembered_acks": 1},
            [joining("a1", 1), joining("b1", 2), joining("a1", 1), joining("a1", 1)],
            (1, "Duplicate", "Message with ack-id: 1 has been processed"),
        ),
    ],
)
async def test_limits_of_a_connection(
    settings: dict[str, Any], requests: list[dict[str, Any]], refused: tuple[int, str, str]
) -> None:
    """They are those of the settings (section 10): all requests but the last succeed."""
    roles = [f"webpubsub.joinLeaveGroup.{group}" for group in "xy"]
    roles += [f"webpubsub.joinLeaveGroups.{letter}*" for letter in "ab"]
    async with running(App(), **settings) as service, await join(service, roles=roles) as peer:
        await peer.hear()
        await peer.say(*requests)
        *acks, last = [await peer.hear() for _ in requests]
    assert all(ack["success"] for ack in acks)
    ack_id, name, message = refused
    error = {"name": name, "message": message}
    assert last == {"type": "ack", "ackId": ack_id, "success": False, "error": error}


@pytest.mark.parametrize(("app", "tasks"), [(None, 0), (App(), 1)])
async def test_only_to_ask_somebody_takes_a_task(app: App | None, tasks: int) -> None:
    """A client whom nobody is asked about is in as soon as it is its turn."""
    async with running(app) as service:
        before = len(asyncio.all_tasks())
        door, wire = service.door(), Wire()
        assert isinstance(door, asyncio.Protocol)
        wire.protocol = door
        door.connection_made(wire)
        door.data_received(handshake(service, await target_of(service)))
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) - before == tasks
        assert sessions(service) == 1 - tasks
        await until(lambda: sessions(service) == 1)
        wire.lose()


async def test_who_has_gone_leaves_nothing_to_the_garbage_collector() -> None:
    """It would look for all of them at once, and everybody would wait."""
    async with running() as service:
        shake, goodbye = handshake(service, await target_of(service)), client_frame(8, b"\x03\xe8")
        gc.collect()
        gc.disable()
        try:
            wires = [Wire() for _ in range(20)]
            for wire in wires:
                wire.protocol = door = service.door()
                door.connection_made(wire)
                wire.receive(shake)
                await until(lambda: sessions(service))
                wire.receive(goodbye)
                wire.lose()
                wire.protocol = None
            assert gc.collect() < len(wires)
        finally:
            gc.enable()


async def test_an_error_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    """A fault of the service is 500 with its traceback in the log."""
    async with running() as service, await dial(service) as peer:
        service._house.reception.hubs.hub = None  # type: ignore[assignment,method-assign]
        await peer.send(handshake(service, await target_of(service)))
        found = await peer.response()
        assert (found[0], found[2]) == (500, b"Internal server error.")
        del service._house.reception.hubs.hub
    assert [record.name for record in caplog.records if record.exc_info] == [
        "webpubsub.service.handshakes"
    ]


@pytest.mark.parametrize(
    "way", ["query", "QUERY", "header", "both", "legacy", "legacy with slash", "upper case"]
)
async def test_ways_in(way: str) -> None:
    """The token in the query or in the header, the hub in the path or in the query."""
    async with running(App()) as service, await dial(service) as peer:
        given = token(service, sub="alice")
        target, authorization = {
            "query": (f"/client/hubs/chat?access_token={given}", None),
            "QUERY": (f"/client/hubs/chat?ACCESS_TOKEN={given}", None),
            "header": ("/client/hubs/chat", f"bearer {given}"),
            "both": (f"/client/hubs/chat?access_token={given}", "Bearer nonsense"),
            "legacy": (f"/client?hub=chat&access_token={given}", None),
            "legacy with slash": (f"/client/?hub=Chat&access_token={given}", None),
            "upper case": (f"/client/hubs/CHAT?access_token={given}", None),
        }[way]
        headers = {"Authorization": authorization, "Sec-WebSocket-Protocol": JSON_SUBPROTOCOL}
        await peer.send(handshake(service, target, headers))
        assert (await peer.response())[0] == 101
        assert (await peer.hear())["userId"] == "alice"
        assert [hub.name for hub in service.hubs] == ["chat"]


async def test_the_public_endpoint() -> None:
    """Behind a proxy, tokens are made for the public name, and clients dial that."""
    async with running(App(), public_endpoint="https://wps.example.com/") as service:
        access = await service.client.client_access("chat")
        assert access.url.startswith("wss://wps.example.com/client/hubs/chat?access_token=")
        reader, writer = await asyncio.open_connection("127.0.0.1", service._port)
        target = f"/client/hubs/chat?access_token={access.access_token}"
        writer.write(handshake(service, target, {"Host": "localhost:1"}))
        assert b" 101 " in await reader.readline()
        writer.transport.abort()


async def test_what_the_application_may_change() -> None:
    """User, roles, groups, subprotocol and state of the answer hold from the first event on."""
    app = App(
        {
            "connect": ConnectAccepted(
                user_id="bob",
                roles=("webpubsub.sendToGroup.h",),
                groups=("h",),
                subprotocol=JSON_SUBPROTOCOL.upper(),
                connection_state="state",
            )
        }
    )
    async with running(app) as service:
        peer = await join(
            service,
            user_id="alice",
            roles=["webpubsub.joinLeaveGroup"],
            groups=["g"],
            subprotocol=f"other, {JSON_SUBPROTOCOL}",
        )
        async with peer:
            assert (await peer.hear())["userId"] == "bob"
            await peer.say({"type": "joinGroup", "group": "x", "ackId": 1})
            assert (await peer.hear())["error"]["name"] == "Forbidden"
            await peer.say({"type": "sendToGroup", "group": "h", "data": 1, "ackId": 2})
            assert (await peer.hear())["fromUserId"] == "bob"
            hub = service.hubs.hub("chat")
            assert not hub.members("g")
            assert len(hub.members("h")) == 1
        await until(lambda: "disconnected" in app.names)
    context = app.only_connected.connection_context
    assert app.only_connect.connection_context.user_id == "alice"
    assert app.only_connect.connection_context.subprotocol is None
    assert (context.user_id, context.connection_state) == ("bob", "state")
    assert context.subprotocol == JSON_SUBPROTOCOL, "in the client's own spelling"


async def test_anonymous_by_the_application() -> None:
    """An empty user id takes the name away, and empty roles take all roles away."""
    app = App({"connect": ConnectAccepted(user_id="", roles=(), groups=())})
    async with running(app) as service:
        peer = await join(service, user_id="alice", groups=["g"], roles=["webpubsub.sendToGroup"])
        async with peer:
            assert (await peer.hear())["userId"] is None
            await peer.say({"type": "sendToGroup", "group": "g", "data": 1, "ackId": 2})
            assert (await peer.hear())["error"]["name"] == "Forbidden"
            assert len(service.hubs.hub("chat").members("g")) == 1, "the token's groups stay"


@pytest.mark.parametrize(
    ("offered", "answer", "agreed"),
    [
        ("a, b", None, None),
        ("a, b", "B", "b"),
        ("a", "unoffered", "unoffered"),
        (f"a, {JSON_SUBPROTOCOL}", None, JSON_SUBPROTOCOL),
        (JSON_SUBPROTOCOL, "a", "a"),
    ],
)
async def test_subprotocols(offered: str, answer: str | None, agreed: str | None) -> None:
    """What the application selects is echoed; a custom name makes a simple client."""
    app = App({"connect": ConnectAccepted(subprotocol=answer)})
    async with running(app) as service, await dial(service) as peer:
        headers = {"Sec-WebSocket-Protocol": offered}
        await peer.send(handshake(service, await target_of(service), headers))
        status, found, _ = await peer.response()
        assert status == 101
        assert found.get("sec-websocket-protocol") == agreed
        await peer.say("ping" if agreed != JSON_SUBPROTOCOL else {"type": "ping"})
        _, payload = await peer.frame()
        assert (payload == b"ping") is (agreed != JSON_SUBPROTOCOL)
    assert app.only_connect.subprotocols == tuple(offered.split(", "))


RELIABLE_JSON = "json.reliable.webpubsub.azure.v1"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (f"{JSON_SUBPROTOCOL}, {RELIABLE_JSON}", RELIABLE_JSON),
        (f"{RELIABLE_JSON}, {JSON_SUBPROTOCOL}", JSON_SUBPROTOCOL),
    ],
)
async def test_what_the_application_chooses_is_spoken(offered: str, chosen: str) -> None:
    """Not what comes first on offer: a reliable client is told how to come back, others are not."""
    app = App({"connect": ConnectAccepted(subprotocol=chosen)})
    async with running(app) as service, await dial(service) as peer:
        headers = {"Sec-WebSocket-Protocol": offered}
        await peer.send(handshake(service, await target_of(service), headers))
        assert (await peer.response())[1]["sec-websocket-protocol"] == chosen
        assert ("reconnectionToken" in await peer.hear()) is (chosen == RELIABLE_JSON)


async def test_what_the_application_is_asked() -> None:
    """Claims, query and headers of the handshake, without credentials."""
    app = App()
    async with running(app) as service:
        peer = await join(
            service,
            user_id="alice",
            roles=["r"],
            query="&tag=a&tag=b",
            headers={"X-Custom": "v", "Authorization": "Bearer x", "X-ASRS-Internal-1": "y"},
        )
        async with peer:
            await peer.hear()
    event = app.only_connect
    assert event.claims["sub"] == ["alice"]
    assert event.claims["role"] == ["r"]
    assert all(isinstance(value, str) for values in event.claims.values() for value in values)
    assert event.query == {"tag": ["a", "b"]}
    assert event.headers["X-Custom"] == ["v"]
    assert not {name.lower() for name in event.headers} & {"authorization", "x-asrs-internal-1"}


async def test_a_connection_is_invisible_until_it_is_let_in() -> None:
    """While the application is asked, nobody else can see the connection."""
    found: list[object] = []

    async def look(event: AnyEventRequest) -> EventOutcome:
        refusal = await service.hubs.perform(
            AddConnectionToGroup(hub="chat", group="g", connection_id=event.connection_id)
        )
        found.append(refusal)
        return ConnectAccepted()

    async with running(App({"connect": look})) as service:
        peer, _ = await join_and_listen(service)
        async with peer:
            assert isinstance(found[0], Refusal)
            assert sessions(service) == 1


@pytest.mark.parametrize("way", ["aborts", "closes", "is done writing"])
async def test_a_client_that_leaves_while_the_application_is_asked(way: str) -> None:
    """Nobody needs the answer any more: the call is cancelled, nothing is registered, and there is
    neither a beginning nor an end to tell of (upstream-events section 11.3)."""
    cancelled = asyncio.Event()

    async def stall(_event: AnyEventRequest) -> EventOutcome:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return ConnectAccepted()

    app = App({"connect": stall})
    async with running(app) as service, await dial(service) as peer:
        await peer.send(handshake(service, await target_of(service)), client_frame(TEXT, b"ahead"))
        await until(lambda: app.names)
        if way == "aborts":
            peer.hang_up()
        elif way == "closes":
            peer.writer.close()
        else:
            peer.writer.write_eof()
        await asyncio.wait_for(cancelled.wait(), 5)
        await until(lambda: service.is_idle)
        assert sessions(service) == 0
    assert app.names == ["connect"]


async def test_an_application_that_answers_a_client_that_has_left() -> None:
    """Whoever does not mind being cancelled, and says yes, is told of the beginning and the end."""

    async def stubborn(_event: AnyEventRequest) -> EventOutcome:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return ConnectAccepted()
        return EventFailed()

    app = App({"connect": stubborn})
    async with running(app) as service:
        async with await dial(service) as peer:
            await peer.send(handshake(service, await target_of(service)))
            await until(lambda: app.names)
        await until(lambda: "disconnected" in app.names)
        assert sessions(service) == 0
    assert app.names == ["connect", "connected", "disconnected"]


async def test_what_a_client_sends_ahead_of_the_answer_is_kept_in_order() -> None:
    """However much it is: beyond a limit it waits in the network."""
    gate = asyncio.Event()

    async def slow(_event: AnyEventRequest) -> EventOutcome:
        await gate.wait()
        return ConnectAccepted()

    app = App({"connect": slow})
    async with running(app, max_waiting_bytes=1000) as service, await dial(service) as peer:
        target = await target_of(service)
        frames = [client_frame(TEXT, f"{number} {'x' * 50}".encode()) for number in range(40)]
        await peer.send(handshake(service, target), frames[0])
        await until(lambda: app.names)
        for frame in frames[1:]:
            await peer.send(frame)
            await asyncio.sleep(0)
        gate.set()
        assert (await peer.response())[0] == 101
        numbers = [int((await peer.frame())[1].split()[0]) for _ in frames]
    assert numbers == list(range(40))


async def test_an_application_that_takes_too_long_to_answer() -> None:
    """The client is turned away with 500, and the application's work is cancelled."""
    cancelled = asyncio.Event()

    async def stall(_event: AnyEventRequest) -> EventOutcome:
        try:
            await asyncio.sleep(60)
        finally:
            cancelled.set()
        return ConnectAccepted()

    async with running(App({"connect": stall}), event_timeout=0.05) as service:
        async with await dial(service) as peer:
            await peer.send(handshake(service, await target_of(service)))
            assert (await peer.response())[0] == 500
        assert cancelled.is_set()
        assert sessions(service) == 0


async def test_a_token_made_elsewhere() -> None:
    """Any holder of the connection string can let clients in."""
    async with running(App()) as service, await dial(service) as peer:
        made = client_token(service.endpoint, "chat", DEVELOPMENT_KEY, now=time.time())
        await peer.send(handshake(service, f"/client/hubs/chat?access_token={made}"))
        assert (await peer.response())[0] == 101
