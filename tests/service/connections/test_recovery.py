"""Reliable clients lose their transport and come back, over the wire.

Every test is made twice: once with sessions that stay where they are, and once with every recovery
going through the bytes of a snapshot.

Specification: client-protocols sections 1.1, 2.3, 5.5, 5.8, 5.10, 7.1 to 7.5, 9.1, 9.3, 9.4, 14 and
15, rest-api section 5.6, upstream-events sections 8.1, 9, 10 and 11.2.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.service.connections import test_streams as streams
from tests.service.fakes import JSON_SUBPROTOCOL, client_frame, close_payload
from tests.service.wire import (
    CLOSE,
    PING,
    TEXT,
    App,
    Peer,
    dial,
    handshake,
    join,
    running,
    sessions,
    until,
)
from webpubsub.protocol import operations as ops
from webpubsub.protocol import reconnection_tokens
from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import EventOutcome, UserEventAccepted
from webpubsub.service.connections.recovery import through_bytes
from webpubsub.service.observation import (
    HandshakeAccepted,
    SessionDetached,
    SessionEnded,
    Sighting,
)
from webpubsub.service.service import Service
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import DEVELOPMENT_KEY
from webpubsub.service.sweeper import SWEEP_INTERVAL
from webpubsub.testing.clock import Clock

RELIABLE = "json.reliable.webpubsub.azure.v1"
REFUSED = (1008, "The connection could not be recovered.")
ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")


@pytest.fixture(params=["in place", "through bytes"], autouse=True)
def mode(request: pytest.FixtureRequest) -> str:
    """Whether a session stays the same object when its client comes back."""
    return str(request.param)


@pytest.fixture
def world(mode: str) -> Any:
    """Starts a service in this mode."""

    @asynccontextmanager
    async def start(
        app: App | None = None, *, clock: Clock | None = None, **settings: Any
    ) -> AsyncIterator[Service]:
        async with running(app or App(), clock=clock, **settings) as service:
            if mode == "through bytes":
                service.recovery.hand_over = through_bytes(service.settings.session_limits)
            yield service

    return start


class Client:
    """A reliable client that knows how to come back."""

    def __init__(self, service: Service, peer: Peer, connected: Mapping[str, Any]) -> None:
        self.service = service
        self.peer = peer
        self.connected = connected
        self.id: str = connected["connectionId"]
        self.token: str = connected["reconnectionToken"]
        self._peers = [peer]

    @property
    def session(self) -> Session:
        return self.service.hubs.hub("chat").sessions[self.id]

    async def drop(self) -> None:
        """Lose the transport without a word."""
        self.peer.hang_up()
        await until(lambda: self.session.attachment is None)

    async def recover(self) -> None:
        """Come back: the first frame says who the client is."""
        self.peer = await knock(self.service, self.id, self.token)
        self._peers.append(self.peer)
        again = await self.peer.hear()
        assert again["reconnectionToken"] != self.token
        assert {**again, "reconnectionToken": ""} == {**self.connected, "reconnectionToken": ""}
        self.token = again["reconnectionToken"]

    def hang_up(self) -> None:
        """Be gone for good."""
        for peer in self._peers:
            peer.hang_up()

    async def messages(self, number: int) -> list[tuple[int, str]]:
        heard = [await self.peer.hear() for _ in range(number)]
        return [(one["sequenceId"], one["data"]) for one in heard]

    async def settled(self) -> None:
        """Everything that was sent before has been handled."""
        await self.peer.say({"type": "ping"})
        assert await self.peer.hear() == {"type": "pong"}


async def come(service: Service, *, subprotocol: str = RELIABLE, **rest: Any) -> Client:
    """A new reliable client that may do everything."""
    peer = await join(service, subprotocol=subprotocol, roles=ROLES, user_id="alice", **rest)
    return Client(service, peer, await peer.hear())


async def knock(
    service: Service,
    connection_id: str,
    token: str | None,
    *,
    hub: str = "chat",
    offered: str | None = RELIABLE,
    answered: str | None = RELIABLE,
    query: str = "",
) -> Peer:
    """A handshake that asks for a connection back."""
    peer = await dial(service)
    shown = "" if token is None else f"&awps_reconnection_token={token}"
    target = f"/client/hubs/{hub}?{query}awps_connection_id={connection_id}{shown}"
    await peer.send(handshake(service, target, {"Sec-WebSocket-Protocol": offered}))
    status, headers, _ = await peer.response()
    assert (status, headers.get("sec-websocket-protocol")) == (101, answered)
    return peer


async def is_refused(service: Service, client: Client, **rest: Any) -> bool:
    """Whether a client is told that it cannot come back, with no frame before."""
    async with await knock(service, client.id, client.token, **rest) as peer:
        return await peer.closing() == REFUSED


def tell(service: Service, *texts: str, expires_at: float | None = None) -> None:
    """Send text messages to everybody."""
    for text in texts:
        message = Message(DataType.TEXT, text.encode())
        operation = ops.SendToAll(hub="chat", message=message, expires_at=expires_at)
        assert service.hubs.hub("chat").perform(operation) is None


# 7.1 Connected


async def test_connected_has_a_token(world: Any) -> None:
    """For this connection, signed with a key of the service."""
    async with world() as service:
        client = await come(service)
        reconnection_tokens.verify(
            client.token, client.id, keys=(DEVELOPMENT_KEY,), now=time.time() + 1
        )
        async with await join(service) as plain:
            assert "reconnectionToken" not in await plain.hear()
        client.hang_up()


async def test_an_older_token_is_as_good(world: Any) -> None:
    """A client that did not get as far as its new token comes back with the one before."""
    async with world() as service:
        client = await come(service)
        first = client.token
        for _ in range(2):
            await client.drop()
            client.token = first
            await client.recover()
        client.hang_up()


# 7.2 Sequence ids


async def test_only_messages_have_sequence_ids(world: Any) -> None:
    """From groups and from the server; acks and pongs have none."""
    async with world() as service:
        client = await come(service)
        await client.peer.say(
            {"type": "joinGroup", "group": "g", "ackId": 1},
            {"type": "sendToGroup", "group": "g", "dataType": "text", "data": "a"},
            {"type": "event", "event": "e", "dataType": "text", "data": "b", "ackId": 2},
            {"type": "ping"},
        )
        heard = [await client.peer.hear() for _ in range(5)]
        assert heard == [
            {"type": "ack", "ackId": 1, "success": True},
            {
                "type": "message",
                "from": "group",
                "group": "g",
                "fromUserId": "alice",
                "dataType": "text",
                "data": "a",
                "sequenceId": 1,
            },
            {"type": "message", "from": "server", "dataType": "text", "data": "b", "sequenceId": 2},
            {"type": "ack", "ackId": 2, "success": True},
            {"type": "pong"},
        ]
        client.hang_up()


async def test_every_client_has_its_own_numbers(world: Any) -> None:
    """One message may be the third of one client and the first of another; plain clients get it
    without a number."""
    async with world() as service:
        early = await come(service)
        tell(service, "a", "b")
        late = await come(service)
        plain = await join(service)
        await plain.hear()
        tell(service, "c")
        assert await early.messages(3) == [(1, "a"), (2, "b"), (3, "c")]
        assert await late.messages(1) == [(1, "c")]
        assert "sequenceId" not in await plain.hear()
        for peer in (early.peer, late.peer, plain):
            peer.hang_up()


# 7.3 Buffer


@pytest.mark.parametrize(
    ("limits", "fits"),
    [({"max_buffered_messages": 3}, 3), ({"max_buffered_bytes": 150}, 2)],
)
async def test_an_attached_client_that_does_not_acknowledge(
    limits: dict[str, int], fits: int, world: Any
) -> None:
    """The message beyond the limit is not delivered, and the client is gone for good."""
    app = App()
    async with world(app, **limits) as service:
        client = await come(service)
        tell(service, *"abcdef")
        assert await client.messages(fits) == list(enumerate("abcdef"[:fits], start=1))
        assert await client.peer.closing() == (1008, "The reliable message buffer is full.")
        assert await is_refused(service, client)
        await until(lambda: app.reasons == ["The reliable message buffer is full."])
        client.hang_up()


async def test_a_detached_client_that_gets_too_much(world: Any) -> None:
    """The same limits count while nobody listens; the others are unharmed."""
    app = App()
    async with world(app, max_buffered_messages=3) as service:
        client, other = await come(service), await come(service)
        await client.drop()
        tell(service, "a", "b", "c")
        await other.peer.say({"type": "sequenceAck", "sequenceId": 3})
        assert await other.messages(3) == [(1, "a"), (2, "b"), (3, "c")]
        await other.settled()
        tell(service, "d")
        assert await other.messages(1) == [(4, "d")]
        assert await is_refused(service, client)
        await until(lambda: app.reasons == ["The reliable message buffer is full."])
        other.hang_up()


async def test_acknowledging_makes_room(world: Any) -> None:
    """A client may receive any number of messages as long as it keeps up."""
    async with world(max_buffered_messages=3) as service:
        client = await come(service)
        for last in range(3, 30, 3):
            tell(service, "a", "b", "c")
            assert (await client.messages(3))[-1] == (last, "c")
            await client.peer.say({"type": "sequenceAck", "sequenceId": last})
            await client.settled()
        client.hang_up()


async def test_one_s_own_message_may_be_the_one_too_many(world: Any) -> None:
    """A sender whose own copy does not fit is closed as anybody else, without an ack."""
    async with world(max_buffered_messages=1) as service:
        client = await come(service, groups=("g",))
        message = {"type": "sendToGroup", "group": "g", "dataType": "text", "data": "x"}
        await client.peer.say({**message, "ackId": 1}, {**message, "ackId": 2})
        assert await client.messages(1) == [(1, "x")]
        assert (await client.peer.hear())["ackId"] == 1
        assert await client.peer.closing() == (1008, "The reliable message buffer is full.")
        client.hang_up()


# 9.4 Group state


def shown(client: Client, state: dict[str, str] | None) -> dict[str, Any]:
    """What a client shows, as others see it, without the time."""
    told: dict[str, Any] = {"connectionId": client.id, "userId": "alice"}
    return told if state is None else {**told, "state": state}


async def states(client: Client, kind: str = "groupStateSnapshot") -> list[dict[str, Any]]:
    """The items of the next message, which is about the states of the group g."""
    message = await client.peer.hear()
    assert (message["type"], message["group"]) == (kind, "g"), message
    for item in message["items"]:
        del item["updatedAt"]
    return list(message["items"])


async def shows(client: Client, state: dict[str, str] | None) -> None:
    """Show something in the group g."""
    request = {"type": "setGroupState", "group": "g", "ackId": time.time_ns()}
    await client.peer.say(request if state is None else {**request, "state": state})
    assert (await client.peer.hear())["success"]


async def watches(service: Service) -> Client:
    """A new client that watches the group g."""
    client = await come(service)
    await client.peer.say({"type": "subscribeGroupState", "group": "g"})
    await states(client)
    return client


async def test_a_drop_keeps_what_a_client_shows(world: Any) -> None:
    """Nobody notices, and the client goes on with it; only the end of the connection clears it."""
    async with world() as service:
        watcher, client = await watches(service), await come(service, groups=("g",))
        await shows(client, {"a": "1"})
        assert await states(watcher, "groupStateUpdate") == [shown(client, {"a": "1"})]
        await client.drop()
        await client.recover()
        await shows(client, {"a": "2"})
        assert await states(watcher, "groupStateUpdate") == [shown(client, {"a": "2"})]
        await client.drop()
        service.hubs.hub("chat").perform(ops.CloseConnection(hub="chat", connection_id=client.id))
        assert await states(watcher, "groupStateUpdate") == [shown(client, None)]
        watcher.hang_up()
        client.hang_up()


async def test_a_watcher_that_comes_back_is_shown_everything(world: Any) -> None:
    """After the messages it has missed: what is there, then what is gone, then changes."""
    async with world() as service:
        watcher = await watches(service)
        stays, clears = [await come(service, groups=("g",)) for _ in range(2)]
        for client in (stays, clears):
            await shows(client, {"a": "1"})
            await states(watcher, "groupStateUpdate")
        await watcher.drop()
        tell(service, "hello")
        await clears.messages(1)
        await shows(clears, None)
        await watcher.recover()
        assert await watcher.messages(1) == [(1, "hello")]
        assert await states(watcher) == [shown(stays, {"a": "1"})]
        assert await states(watcher, "groupStateUpdate") == [shown(clears, None)]
        await stays.messages(1)
        await shows(stays, {"a": "2"})
        assert await states(watcher, "groupStateUpdate") == [shown(stays, {"a": "2"})]
        for client in (watcher, stays, clears):
            client.hang_up()


async def test_states_end_with_the_window(world: Any) -> None:
    """A client that does not come back has left."""
    clock = Clock()
    async with world(clock=clock, recovery_window=6) as service:
        watcher, client = await watches(service), await come(service, groups=("g",))
        await shows(client, {})
        assert await states(watcher, "groupStateUpdate") == [shown(client, {})]
        await client.drop()
        await clock.advance(7)
        assert await states(watcher, "groupStateUpdate") == [shown(client, None)]
        watcher.hang_up()
        client.hang_up()


# 7.4 Recovery


async def test_nothing_is_lost_or_doubled(world: Any) -> None:
    """What was not acknowledged comes again, to the byte, then what was sent meanwhile, then live
    traffic; what was acknowledged does not."""
    async with world() as service:
        client = await come(service)
        tell(service, "a", "b", "c")
        heard = [await client.peer.frame() for _ in range(3)]
        await client.peer.say({"type": "sequenceAck", "sequenceId": 1})
        await client.settled()
        await client.drop()
        tell(service, "d")
        await client.recover()
        assert [await client.peer.frame() for _ in range(2)] == heard[1:]
        assert await client.messages(1) == [(4, "d")]
        tell(service, "e")
        assert await client.messages(1) == [(5, "e")]
        await client.drop()
        await client.recover()
        assert await client.messages(4) == [(2, "b"), (3, "c"), (4, "d"), (5, "e")]
        client.hang_up()


async def test_what_survives(world: Any) -> None:
    """Connection and user id, groups, permissions, state and remembered acks; and the application
    hears of nothing."""
    app = App()
    async with world(app) as service:
        client = await come(service)
        await client.peer.say({"type": "joinGroup", "group": "g", "ackId": 1})
        assert (await client.peer.hear())["success"]
        client.session.connection_state = "state"
        await client.drop()
        hub = service.hubs.hub("chat")
        hub.perform(ops.AddConnectionToGroup(hub="chat", group="h", connection_id=client.id))
        hub.perform(
            ops.GrantPermission(
                hub="chat",
                connection_id=client.id,
                permission=ops.Permission.SEND_TO_GROUP,
                target="h",
            )
        )
        await client.recover()
        assert list(client.session.groups) == ["g", "h"]
        assert client.session.user_id == "alice"
        assert client.session.connection_state == "state"
        assert client.session.permissions.allows(ops.Permission.SEND_TO_GROUP, "h")
        await client.peer.say({"type": "joinGroup", "group": "g", "ackId": 1})
        assert (await client.peer.hear())["error"]["name"] == "Duplicate"
        message = Message(DataType.TEXT, b"x")
        for group in ("g", "h"):
            hub.perform(ops.SendToGroup(hub="chat", group=group, message=message))
        hub.perform(ops.SendToUser(hub="chat", user_id="alice", message=message))
        hub.perform(ops.SendToConnection(hub="chat", connection_id=client.id, message=message))
        assert await client.messages(4) == [(n, "x") for n in (1, 2, 3, 4)]
        await client.peer.say({"type": "event", "event": "e", "dataType": "text", "data": "y"})
        assert await client.messages(1) == [(5, "y")]
        assert app.names == ["connect", "connected", "e"]
        assert [event.connection_context.event_id for event in app.events] == [0, 1, 2]
        hub.perform(ops.CloseConnection(hub="chat", connection_id=client.id, reason="bye"))
        assert (await client.peer.hear())["message"].endswith("Reason: bye")
        assert await client.peer.closing() == (1000, "")
        await until(lambda: len(app.reasons) == 1)
        client.hang_up()


@pytest.mark.parametrize(
    ("connected_with", "offered"),
    [
        (RELIABLE, None),
        (RELIABLE, JSON_SUBPROTOCOL),
        ("JSON.Reliable.WebPubSub.Azure.V1", RELIABLE),
    ],
)
async def test_the_original_subprotocol_is_answered(
    connected_with: str, offered: str | None, world: Any
) -> None:
    """In its original spelling, whatever is on offer now."""
    async with world() as service:
        client = await come(service, subprotocol=connected_with)
        await client.drop()
        async with await knock(
            service, client.id, client.token, offered=offered, answered=connected_with
        ) as peer:
            assert (await peer.hear())["connectionId"] == client.id


async def test_other_parameters_do_not_matter(world: Any) -> None:
    """Clients add to the URL with which they first came: an access token that has expired by now
    does no harm, nor does a mode."""
    query = "access_token=expired&webpubsub_mode=other&group=&x=y&"
    async with world() as service:
        client = await come(service)
        await client.drop()
        async with await knock(service, client.id, client.token, hub="CHAT", query=query) as peer:
            assert (await peer.hear())["connectionId"] == client.id


def token_of(client: Client, *, key: str = DEVELOPMENT_KEY, age: float = 0.0) -> str:
    now = time.time() - age
    return reconnection_tokens.sign(client.id, key, now=now, token_id="1")


async def test_refusals(world: Any) -> None:
    """Every wish that cannot be granted has one answer, and does the connection no harm."""
    app = App()
    async with world(app) as service:
        client, other = await come(service), await come(service)
        week = reconnection_tokens.LIFETIME
        wishes: dict[str, dict[str, Any]] = {
            "no token": {"token": None},
            "a bad token": {"token": "x"},
            "a foreign token": {"token": other.token},
            "a forged token": {"token": token_of(client, key="F" * 40)},
            "an expired token": {"token": token_of(client, age=week)},
            "a token from the future": {"token": token_of(client, age=-60)},
            "another hub": {"hub": "other"},
            "an unknown id": {"connection_id": "x"},
        }
        for name, wish in wishes.items():
            asked = {"connection_id": client.id, "token": client.token, **wish}
            async with await knock(service, **asked) as peer:
                assert await peer.closing() == REFUSED, name
        async with await knock(service, "x", "y", offered=None, answered=None) as peer:
            assert await peer.closing() == REFUSED
        tell(service, "still here")
        assert await client.messages(1) == [(1, "still here")]
        assert app.reasons == []
        client.hang_up()
        other.hang_up()


async def test_a_plain_connection_cannot_be_recovered(world: Any) -> None:
    """Not even with a token of the right form, and it lives on."""
    async with world() as service, await join(service) as plain:
        connection_id = (await plain.hear())["connectionId"]
        token = reconnection_tokens.sign(
            connection_id, DEVELOPMENT_KEY, now=time.time(), token_id="1"
        )
        async with await knock(service, connection_id, token) as peer:
            assert await peer.closing() == REFUSED
        await plain.say({"type": "ping"})
        assert await plain.hear() == {"type": "pong"}


async def test_a_take_over(world: Any) -> None:
    """A client may come back before its old transport is known to be gone: that one is cut."""
    app = App()
    async with world(app) as service:
        client = await come(service)
        tell(service, "a")
        old = client.peer
        assert await client.messages(1) == [(1, "a")]
        await client.recover()
        assert await client.messages(1) == [(1, "a")]
        assert await old.aborted()
        tell(service, "b")
        assert await client.messages(1) == [(2, "b")]
        assert sessions(service) == 1
        assert app.reasons == []
        client.hang_up()


class Slow(App):
    """Answers user events when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.cancelled = 0

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        if not isinstance(event, UserEventRequest):
            return await super().handle(event)
        self.events.append(event)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        return UserEventAccepted(reply=event.message)


EVENT = {"type": "event", "event": "e", "dataType": "text", "data": "hi", "ackId": 1}


async def test_a_request_outlives_its_transport(world: Any) -> None:
    """It is finished: the reply is kept, and its ack id is remembered."""
    app = Slow()
    async with world(app) as service:
        client = await come(service)
        await client.peer.say(EVENT)
        await until(lambda: "e" in app.names)
        await client.drop()
        app.gate.set()
        await until(lambda: client.session.buffer and len(client.session.buffer))
        await client.recover()
        assert await client.messages(1) == [(1, "hi")]
        await client.peer.say(EVENT)
        assert (await client.peer.hear())["error"]["name"] == "Duplicate"
        assert app.names.count("e") == 1
        client.hang_up()


@pytest.mark.parametrize("dropped", [True, False])
async def test_recovery_waits_for_a_request(dropped: bool, world: Any) -> None:
    """What is being handled is finished first; of two clients that want the same connection, one
    has to wait and the other is turned away."""
    app = Slow()
    async with world(app) as service:
        client = await come(service)
        await client.peer.say(EVENT)
        await until(lambda: "e" in app.names)
        old = client.peer
        if dropped:
            await client.drop()
        recovery = asyncio.create_task(client.recover())
        await until(lambda: client.session.phase == "claimed")
        assert await is_refused(service, client)
        assert not recovery.done()
        app.gate.set()
        await recovery
        assert await client.messages(1) == [(1, "hi")]
        assert dropped or await old.aborted()
        await client.peer.say(EVENT)
        assert (await client.peer.hear())["error"]["name"] == "Duplicate"
        client.hang_up()


async def test_waiting_has_an_end(world: Any) -> None:
    """A client that waits for longer than the window is cut off, and the session has ended."""
    app = Slow()
    async with world(app, recovery_window=0.1) as service:
        client = await come(service)
        await client.peer.say(EVENT)
        await until(lambda: "e" in app.names)
        async with await dial(service) as peer:
            target = (
                f"/client/hubs/chat?awps_connection_id={client.id}"
                f"&awps_reconnection_token={client.token}"
            )
            await peer.send(handshake(service, target))
            assert await peer.aborted()
        assert await is_refused(service, client)
        assert app.cancelled == 1
        await until(lambda: app.reasons == ["The connection recovery timeout expired."])
        client.hang_up()


async def test_waiting_begins_a_new_window(world: Any) -> None:
    """What is left of the one that began with the loss does not count."""
    app = Slow()
    clock = Clock()
    async with world(app, clock=clock, recovery_window=6) as service:
        client = await come(service)
        await client.peer.say(EVENT)
        await until(lambda: "e" in app.names)
        await client.drop()
        await clock.advance(4)
        recovery = asyncio.create_task(client.recover())
        await until(lambda: client.session.phase == "claimed")
        await clock.advance(4)
        app.gate.set()
        await recovery
        assert await client.messages(1) == [(1, "hi")]
        client.hang_up()


async def test_the_application_may_close_what_is_waited_for(world: Any) -> None:
    """The client that waits is told that there is nothing to come back to."""
    app = Slow()
    async with world(app) as service:
        client = await come(service)
        await client.peer.say(EVENT)
        await until(lambda: "e" in app.names)
        refused = asyncio.create_task(is_refused(service, client))
        await until(lambda: client.session.phase == "claimed")
        service.hubs.hub("chat").perform(ops.CloseAllConnections(hub="chat"))
        app.gate.set()
        assert await refused
        client.hang_up()


async def test_the_window(world: Any) -> None:
    """When it is over the connection is removed, and only then the application is told."""
    app, clock = App(), Clock()
    async with world(app, clock=clock, recovery_window=6) as service:
        client = await come(service)
        await client.drop()
        await clock.advance(6 - SWEEP_INTERVAL)
        assert app.reasons == []
        assert sessions(service) == 1
        await clock.advance(2 * SWEEP_INTERVAL)
        await until(lambda: app.reasons == ["The connection recovery timeout expired."])
        assert sessions(service) == 0
        assert await is_refused(service, client)


async def test_a_lost_transport_is_seen_and_what_becomes_of_the_session(world: Any) -> None:
    """The client comes back, and the second time it does not."""
    clock = Clock()
    async with world(clock=clock, recovery_window=6) as service:
        seen: list[Sighting] = []
        client = await come(service)
        service.point.attach(seen.append)
        await client.drop()
        await client.recover()
        await client.drop()
        await clock.advance(7)
        await until(lambda: sessions(service) == 0)
    kinds = (SessionDetached, HandshakeAccepted, SessionEnded)
    lost, back, again, ended = (one.item for one in seen if isinstance(one.item, kinds))
    assert isinstance(lost, SessionDetached)
    assert (lost.hub, lost.seconds) == ("chat", 6)
    assert isinstance(back, HandshakeAccepted)
    assert back.recovered
    assert again == lost
    assert isinstance(ended, SessionEnded)
    assert (ended.connection_id, ended.detached) == (lost.connection_id, True)


async def test_every_loss_begins_a_new_window(world: Any) -> None:
    """And a client that is back is not held to the old one."""
    app, clock = App(), Clock()
    async with world(app, clock=clock, recovery_window=6) as service:
        client = await come(service)
        for _ in range(3):
            await client.drop()
            await clock.advance(4)
            await client.recover()
            await clock.advance(2)
        await clock.advance(10)
        await client.settled()
        assert app.reasons == []
        client.hang_up()


async def test_expired_messages_are_not_replayed(world: Any) -> None:
    """What was worth delivering for a time only is dropped when that has passed (9.1)."""
    async with world() as service:
        client = await come(service)
        await client.drop()
        tell(service, "a")
        tell(service, "b", expires_at=time.time() - 1)
        tell(service, "c", expires_at=time.time() + 60)
        await client.recover()
        assert await client.messages(2) == [(1, "a"), (3, "c")]
        client.hang_up()


# 7.5 and 2.3: what ends a reliable connection, and what does not


@pytest.mark.parametrize(
    ("frame", "code", "reason"),
    [
        (client_frame(CLOSE, close_payload(1000, "done")), 1000, "done"),
        (client_frame(2, b"x"), 1003, "The JSON subprotocol requires text messages."),
        (
            client_frame(TEXT, b"{}"),
            1007,
            "The client message is not a valid JSON protocol message.",
        ),
        (client_frame(TEXT, b"\xff"), 1007, "The client message is not valid UTF-8."),
        (client_frame(TEXT, b"x" * 2000), 1009, "The client message is too large."),
        (client_frame(3, b"x"), 1002, "The client frame is invalid."),
        (
            client_frame(TEXT, b'{"type":"sequenceAck"}'),
            1007,
            "The client message is not a valid JSON protocol message.",
        ),
    ],
)
async def test_what_ends_it(frame: bytes, code: int, reason: str, world: Any) -> None:
    """The client's own 1000, and everything for which the service closes it."""
    app = App()
    async with world(app, max_message_bytes=1000) as service:
        client = await come(service)
        await client.peer.send(frame)
        assert await client.peer.closing() == (code, reason)
        assert await is_refused(service, client)
        await until(lambda: app.reasons == [reason])
        client.hang_up()


@pytest.mark.parametrize("detached", [True, False])
async def test_the_application_ends_it(detached: bool, world: Any) -> None:
    """Attached or not, a connection that the application has closed does not come back."""
    app = App()
    async with world(app) as service:
        client = await come(service)
        if detached:
            await client.drop()
        close = ops.CloseConnection(hub="chat", connection_id=client.id, reason="enough")
        service.hubs.hub("chat").perform(close)
        assert sessions(service) == 0
        assert await is_refused(service, client)
        reason = "Application server closed the connection. Reason: enough"
        await until(lambda: app.reasons == [reason])
        client.hang_up()


@pytest.mark.parametrize(
    "payload", [b"", close_payload(1001), close_payload(1011, "x"), close_payload(4000)]
)
async def test_other_closes_of_the_client_do_not_end_it(payload: bytes, world: Any) -> None:
    """The close frame is answered, and the client may come back."""
    app = App()
    async with world(app) as service:
        client = await come(service)
        await client.peer.send(client_frame(CLOSE, payload))
        assert await client.peer.frame() == (CLOSE, payload)
        assert await client.peer.rest() == b""
        tell(service, "a")
        await client.recover()
        assert await client.messages(1) == [(1, "a")]
        assert app.reasons == []
        client.hang_up()


@pytest.mark.parametrize(("code", "held"), [(1000, False), (1001, True)])
async def test_a_close_behind_a_request(code: int, held: bool, world: Any) -> None:
    """A close that waits behind a request still counts when the transport is gone before it."""
    app = Slow()
    async with world(app) as service:
        client = await come(service)
        close = client_frame(CLOSE, close_payload(code, "bye"))
        await client.peer.say(EVENT)
        await client.peer.send(close)
        await until(lambda: "e" in app.names)
        client.hang_up()
        session = client.session
        await until(lambda: session.attachment is None)
        assert (session.phase == "detached") is held
        assert (sessions(service) == 1) is held
        app.gate.set()


async def test_a_client_that_does_not_answer_pings_may_come_back(world: Any) -> None:
    """For all the service knows its network is gone."""
    clock = Clock()
    async with world(clock=clock, ping_interval=10, max_missed_pings=1) as service:
        client = await come(service)
        await clock.advance(11)
        assert (await client.peer.frame())[0] == PING
        await clock.advance(10)
        await until(lambda: client.session.attachment is None)
        await client.recover()
        client.hang_up()


async def test_a_client_that_does_not_read_is_gone(world: Any) -> None:
    """It is cut off, and could only leave the same unread again."""
    app = App()
    limits = {"max_queued_messages": 5, "max_buffered_messages": 10_000}
    async with world(app, **limits, max_buffered_bytes=2**30) as service:
        client = await come(service)
        async with asyncio.timeout(20):
            while sessions(service):
                tell(service, "x" * 500_000)
                await asyncio.sleep(0)
        await until(lambda: app.reasons == ["SlowClient"])
        assert await is_refused(service, client)
        client.hang_up()


@pytest.mark.parametrize("detached", [True, False])
async def test_a_service_that_stops_holds_nobody(detached: bool, world: Any) -> None:
    """There will be nothing to come back to, so it does not wait either."""
    app = App()
    async with world(app, recovery_window=3600, stop_timeout=3600) as service:
        client = await come(service)
        if detached:
            await client.drop()
        stopping = asyncio.create_task(service.stop())
        if not detached:
            assert await client.peer.closing() == (1001, "")
            await client.peer.send(client_frame(CLOSE, close_payload(1001)))
        await stopping
        assert sessions(service) == 0
    assert app.reasons == [""]
    client.hang_up()


# 9.3 Streams


def in_room(number: int, **members: Any) -> dict[str, Any]:
    """What a reliable subscriber hears that has heard everything before."""
    return streams.heard(number, **members) | {"sequenceId": number}


async def test_a_stream_goes_on(world: Any) -> None:
    """A publisher that is back is told at once where to go on; what it repeats is not heard again,
    and the subscribers notice nothing."""
    async with world() as service:
        alice, bob = await come(service), await come(service, groups=["room"])
        await alice.peer.say(streams.start(), *map(streams.fragment, (1, 2)))
        for _ in range(3):
            await alice.peer.hear()
        for expected in (3, 4):
            await alice.drop()
            await alice.recover()
            assert await alice.peer.hear() == streams.stream_ack(expected)
            await alice.peer.say(*map(streams.fragment, (expected - 1, expected)))
            assert await alice.peer.hear() == streams.stream_ack(expected)
            assert await alice.peer.hear() == streams.stream_ack(expected + 1)
        await alice.peer.say(streams.end())
        assert await alice.peer.hear() == streams.closed()
        heard = [await bob.peer.hear() for _ in range(5)]
        assert heard == [*map(in_room, (1, 2, 3, 4)), streams.last(5) | {"sequenceId": 5}]
        await bob.settled()
        for client in (alice, bob):
            client.hang_up()


async def test_a_subscriber_that_is_away(world: Any) -> None:
    """It gets the fragments and the end that it has not acknowledged, as they were."""
    async with world() as service:
        alice, bob = await come(service), await come(service, groups=["room"])
        await alice.peer.say(streams.start(), streams.fragment(1))
        assert await bob.peer.hear() == in_room(1)
        await bob.drop()
        await alice.peer.say(streams.fragment(2), streams.end(message="m", userErrorCode="E"))
        for _ in range(4):
            await alice.peer.hear()
        await bob.recover()
        error = {"name": "UserError", "message": "m", "userErrorCode": "E"}
        heard = [await bob.peer.hear() for _ in range(3)]
        assert heard == [in_room(1), in_room(2), streams.last(3, **error) | {"sequenceId": 3}]
        for client in (alice, bob):
            client.hang_up()


async def test_answers_that_are_lost(world: Any) -> None:
    """That a stream is closed is told again; a start may be repeated when nothing came of it."""
    async with world() as service:
        alice = await come(service)
        await alice.peer.say(streams.start("a"), streams.end("a"), streams.start("b"))
        await until(lambda: alice.session.streams and alice.session.streams.group_of("b"))
        await alice.drop()
        await alice.recover()
        assert await alice.peer.hear() == streams.stream_ack(1, "b")
        assert await alice.peer.hear() == streams.closed(None, "a")
        await alice.peer.say(streams.start("b"), streams.fragment(1, "b"), streams.start("a"))
        told = [await alice.peer.hear() for _ in range(3)]
        assert told == [
            streams.stream_ack(1, "b"),
            streams.stream_ack(2, "b"),
            streams.stream_ack(1, "a"),
        ]
        alice.hang_up()


async def test_the_window_ends_a_stream(world: Any) -> None:
    """A publisher that does not come back in time has ended for good."""
    clock = Clock()
    async with world(clock=clock, recovery_window=6) as service:
        alice, bob = await come(service), await come(service, groups=["room"])
        await alice.peer.say(streams.start(), streams.fragment(1))
        assert await bob.peer.hear() == in_room(1)
        await alice.drop()
        await clock.advance(7)
        assert await bob.peer.hear() == streams.last(2, **streams.GONE) | {"sequenceId": 2}
        bob.hang_up()


@pytest.mark.parametrize("losses", [0, 2])
async def test_an_idle_stream_ends_once(losses: int, world: Any) -> None:
    """However often its publisher has come back; one that is away when it happens is told when it
    is back."""
    clock = Clock()
    async with world(clock=clock) as service:
        alice, bob = await come(service), await come(service, groups=["room"])
        await alice.peer.say(streams.start(idleTimeoutMs=900))
        for _ in range(losses):
            assert await alice.peer.hear() == streams.stream_ack(1)
            await alice.drop()
            await alice.recover()
        assert await alice.peer.hear() == streams.stream_ack(1)
        await alice.drop()
        await clock.advance(0.9 + SWEEP_INTERVAL)
        assert (await bob.peer.hear())["stream"]["error"]["name"] == "IdleTimeout"
        await alice.recover()
        assert streams.named([await alice.peer.hear()]) == [streams.closed("IdleTimeout")]
        await clock.advance(1)
        await bob.settled()
        await alice.settled()
        for client in (alice, bob):
            client.hang_up()


async def test_a_role_that_is_taken_away_meanwhile(world: Any) -> None:
    """It counts from the next fragment on."""
    async with world() as service:
        alice = await come(service)
        await alice.peer.say(streams.start())
        assert await alice.peer.hear() == streams.stream_ack(1)
        await alice.drop()
        revoke = ops.RevokePermission(
            hub="chat",
            connection_id=alice.id,
            permission=ops.Permission.SEND_TO_GROUP,
            target="room",
        )
        assert service.hubs.hub("chat").perform(revoke) is None
        await alice.recover()
        assert await alice.peer.hear() == streams.stream_ack(1)
        await alice.peer.say(streams.fragment(1))
        assert streams.named([await alice.peer.hear()]) == [streams.closed("Forbidden")]
        alice.hang_up()
