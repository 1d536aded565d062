"""The whole service: starting, stopping, and everything that clients do to it.

Specification: client-protocols sections 2.1, 2.2, 2.3, 5.9 and 5.10, upstream-events sections 4,
8.3 and 10.
"""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.service.fakes import JSON_SUBPROTOCOL, client_frame, close_payload
from tests.service.wire import (
    BINARY,
    CLOSE,
    PATIENCE,
    PING,
    PONG,
    TEXT,
    App,
    Peer,
    dial,
    handshake,
    join,
    join_and_listen,
    running,
    sessions,
    target_of,
    until,
)
from webpubsub.protocol.events import AnyEventRequest, UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import CloseConnection, SendToAll
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventFailed,
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventListenerSettings,
    FileTarget,
    HubSettings,
    UserEvents,
)
from webpubsub.service.service import Service, ServiceStartError
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings
from webpubsub.service.status import Status
from webpubsub.service.websockets.transport import Transport
from webpubsub.testing.clock import Clock
from webpubsub.testing.http_clients import new_session

ROLES = ["webpubsub.joinLeaveGroup", "webpubsub.sendToGroup"]
MEBIBYTE = 1_048_576
NOT_JSON = "The client message is not a valid JSON protocol message."


@asynccontextmanager
async def leakless(
    app: App | None = None, *, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[Service]:
    """A service after which nothing may be left: no session, task, timer, socket or pending
    event."""
    tasks, process = asyncio.all_tasks(), psutil.Process()
    sockets = len(process.net_connections())
    async with running(app, clock=clock, **settings) as service:
        yield service
    assert sessions(service) == 0
    assert service.is_idle
    assert not service._house.waiting
    assert service._sweeper._timer is None
    assert not service._sweeper._deadlines
    await until(lambda: asyncio.all_tasks() == tasks)
    await until(lambda: len(process.net_connections()) <= sockets)


class Gate:
    """An answer that waits until it is opened, and knows whether it was cancelled."""

    def __init__(self, outcome: EventOutcome | None = None) -> None:
        self.opened = asyncio.Event()
        self.entered = asyncio.Event()
        self.cancelled = False
        self._outcome = outcome

    async def __call__(self, event: AnyEventRequest) -> EventOutcome:
        self.entered.set()
        try:
            await self.opened.wait()
        except asyncio.CancelledError:
            self.cancelled = True
            raise
        reply = event.message if isinstance(event, UserEventRequest) else None
        return self._outcome or UserEventAccepted(reply=reply)


# Starting


def test_before_it_starts() -> None:
    """Endpoint and connection string follow from the settings."""
    settings = ServiceSettings(port=1234)
    service = Service(settings)
    assert service.endpoint == "http://127.0.0.1:1234"
    assert service.connection_string == (
        f"Endpoint=http://127.0.0.1:1234;AccessKey={DEVELOPMENT_KEY};Version=1.0;"
    )


@pytest.mark.parametrize(
    ("address", "public", "endpoint"),
    [
        ("0.0.0.0", None, "http://127.0.0.1:80"),
        ("::", None, "http://127.0.0.1:80"),
        ("::1", None, "http://[::1]:80"),
        ("127.0.0.1", "https://wps.example.com/", "https://wps.example.com"),
    ],
)
def test_endpoints(address: str, public: str | None, endpoint: str) -> None:
    """The endpoint is an address that can be dialled, or the public one."""
    settings = ServiceSettings(address=address, port=80, public_endpoint=public)
    assert Service(settings).endpoint == endpoint


@pytest.mark.parametrize(
    ("address", "public", "origin"),
    [
        ("127.0.0.1", None, "127.0.0.1"),
        ("localhost", None, "localhost"),
        ("0.0.0.0", None, "127.0.0.1"),
        ("::1", None, "[::1]"),
        ("127.0.0.1", "https://WPS.example.com:8443/", "wps.example.com"),
    ],
)
async def test_the_origin_of_events(address: str, public: str | None, origin: str) -> None:
    """The host name of the service without a port (upstream-events section 4)."""
    app = App()
    settings = ServiceSettings(address=address, port=0, public_endpoint=public)
    service = Service(settings, app)
    assert service._webhooks.validator._origin == origin
    await service._router.user_event(Session("chat", "c1"), "e", Message(DataType.TEXT, b""))
    assert app.events[0].connection_context.origin == origin


async def test_a_port_that_is_taken() -> None:
    """The error is one line with the port and what to do."""
    async with leakless() as service:
        settings = ServiceSettings(port=service._port)
        other = Service(settings)
        with pytest.raises(ServiceStartError, match=f"port {service._port}: .*in use") as caught:
            await other.start()
        assert "\n" not in str(caught.value)
        await other.stop()


async def test_starting_again() -> None:
    """A service that has stopped may start again, and stopping twice is harmless."""
    service = Service(ServiceSettings(port=0), App())
    for _ in range(2):
        await service.start()
        async with (await join_and_listen(service))[0] as peer:
            await peer.say({"type": "ping"})
            assert await peer.hear() == {"type": "pong"}
        await service.stop()
        await service.stop()


# What clients do wrong

MISTAKES: Sequence[tuple[str, bytes, int, str]] = [
    ("unmasked", client_frame(TEXT, b"{}", masked=False), 1002, "The client frame is invalid."),
    ("reserved bits", client_frame(TEXT, b"{}", bits=0x40), 1002, "The client frame is invalid."),
    ("bad opcode", client_frame(5, b""), 1002, "The client frame is invalid."),
    ("fragmented ping", client_frame(PING, final=False), 1002, "The client frame is invalid."),
    ("long ping", client_frame(PING, b"x" * 126), 1002, "The client frame is invalid."),
    ("lone continuation", client_frame(0, b"x"), 1002, "The client frame is invalid."),
    ("bad close code", client_frame(CLOSE, close_payload(1005)), 1002,
     "The client frame is invalid."),
    ("binary", client_frame(BINARY, b"{}"), 1003, "The JSON subprotocol requires text messages."),
    ("bad UTF-8", client_frame(TEXT, b'"\xff"'), 1007, "The client message is not valid UTF-8."),
    ("too large", client_frame(TEXT, b"x" * (MEBIBYTE + 1)), 1009,
     "The client message is too large."),
    ("too large, made of frames", client_frame(TEXT, client_frame(TEXT, b"nonsense") * 100_000),
     1009, "The client message is too large."),
    ("too large in fragments",
     client_frame(TEXT, b"x" * MEBIBYTE, final=False) + client_frame(0, b"x"), 1009,
     "The client message is too large."),
    *(
        (text, client_frame(TEXT, text.encode()), 1007, NOT_JSON)
        for text in (
            "", "nonsense", "[]", "1", "{}", '{"type":null}', '{"type":"unknown"}',
            '{"type":"ping"', '{"type":"ping","ackId":-1}', '{"type":"ping","ackId":"1"}',
            '{"type":"joinGroup"}', '{"type":"joinGroup","group":""}',
            '{"type":"joinGroup","group":1}', '{"type":"joinGroup","group":"g","ackId":1.5}',
            '{"type":"joinGroup","group":"g","ackId":18446744073709551616}',
            '{"type":"leaveGroup"}', '{"type":"leaveGroup","group":" "}',
            '{"type":"sendToGroup","data":1}', '{"type":"sendToGroup","group":"g"}',
            '{"type":"sendToGroup","group":"g","data":null}',
            '{"type":"sendToGroup","group":"g","data":1,"dataType":"text"}',
            '{"type":"sendToGroup","group":"g","data":"x","dataType":"unknown"}',
            '{"type":"sendToGroup","group":"g","data":"*","dataType":"binary"}',
            '{"type":"sendToGroup","group":"g","data":1,"noEcho":"yes"}',
            '{"type":"sendToGroup","group":"g","data":1,"ttlSeconds":301}',
            '{"type":"event","data":1}', '{"type":"event","event":"","data":1}',
            '{"type":"event","event":"a b","data":1}', '{"type":"event","event":"e"}',
            '{"type":"sequenceAck"}', '{"type":"sequenceAck","sequenceId":"x"}',
            "[" * 100_000,
        )
    ),
]  # fmt: skip


async def test_every_mistake_closes_its_client_and_nobody_else() -> None:
    """Each mistake has its close code and text, the application is told the text once, a client
    beside it is unharmed, and in the end nothing is left."""
    app = App()
    async with leakless(app) as service, AsyncExitStack() as stack:
        witness, _ = await join_and_listen(service, roles=ROLES)
        await stack.enter_async_context(witness)
        for number, (name, data, code, reason) in enumerate(MISTAKES, start=1):
            peer, _ = await join_and_listen(service)
            async with peer:
                sending = asyncio.create_task(peer.send(data, client_frame(TEXT, b"{}") * 3))
                assert await peer.closing() == (code, reason), name
                await sending
                await peer.send(client_frame(CLOSE, close_payload(code)))
                assert await peer.rest() == b"", name
            await until(lambda: sessions(service) == 1)
            await until(lambda: len(app.reasons) == number)  # noqa: B023
            assert app.reasons[-1] == reason, name
            await witness.say({"type": "ping"})
            assert await witness.hear() == {"type": "pong"}, name


async def test_failed_events_close_simple_clients_only() -> None:
    """A simple client is closed with 1011 and told nothing else."""
    app = App({"message": EventFailed(status=500, message="secret")})
    async with leakless(app) as service, AsyncExitStack() as stack:
        simple = await stack.enter_async_context(await join(service, subprotocol=None))
        other, _ = await join_and_listen(service)
        await stack.enter_async_context(other)
        await simple.say("hi")
        assert await simple.closing() == (1011, "Internal server error")
        await other.say({"type": "event", "event": "message", "data": 1, "ackId": 1})
        assert (await other.hear())["error"]["name"] == "InternalServerError"
        await other.say({"type": "ping"})
        assert await other.hear() == {"type": "pong"}


async def test_the_largest_message() -> None:
    """One mebibyte passes, in one frame and in fragments, and comes back whole."""
    async with leakless(App()) as service, await join(service, subprotocol=None) as peer:
        data = b"x" * MEBIBYTE
        for frames in (
            client_frame(BINARY, data),
            client_frame(BINARY, data[1:], final=False) + client_frame(0, b"x"),
        ):
            sending = asyncio.create_task(peer.send(frames))
            assert await peer.frame() == (BINARY, data)
            await sending


# Order


async def test_the_order_of_one_connection() -> None:
    """Requests are handled one after another, and a pending event holds back even a ping."""
    gate = Gate()
    app = App({"slow": gate})
    async with leakless(app) as service:
        peer, _ = await join_and_listen(service, roles=ROLES)
        async with peer:
            await peer.say(
                {"type": "joinGroup", "group": "g", "ackId": 1},
                {"type": "event", "event": "slow", "data": 1, "ackId": 2},
                {"type": "ping"},
                {"type": "sendToGroup", "group": "g", "data": 2, "ackId": 3},
                {"type": "event", "event": "quick", "data": 3, "ackId": 4},
            )
            assert (await peer.hear())["ackId"] == 1
            await gate.entered.wait()
            await asyncio.sleep(0.02)
            assert "quick" not in app.names
            gate.opened.set()
            answers = [await peer.hear() for _ in range(7)]
            assert [one.get("ackId", one.get("data", one["type"])) for one in answers] == [
                1, 2, "pong", 2, 3, 3, 4,
            ]  # fmt: skip


async def test_messages_arrive_in_the_order_in_which_they_were_sent() -> None:
    """One sender's messages to one group reach every member in order, each once."""
    async with leakless(App()) as service, AsyncExitStack() as stack:
        peers = []
        for _ in range(3):
            peer, _ = await join_and_listen(service, roles=ROLES, groups=["g"])
            peers.append(await stack.enter_async_context(peer))
        await peers[0].say(
            *({"type": "sendToGroup", "group": "g", "data": number} for number in range(200))
        )
        for peer in peers:
            assert [(await peer.hear())["data"] for _ in range(200)] == list(range(200))


async def test_a_client_that_is_gone_cancels_its_event() -> None:
    """The handler is cancelled, and the application told of the end."""
    gate = Gate()
    app = App({"slow": gate})
    async with leakless(app) as service:
        peer, _ = await join_and_listen(service)
        async with peer:
            await peer.say({"type": "event", "event": "slow", "data": 1})
            await gate.entered.wait()
        await until(lambda: gate.cancelled)
        await until(lambda: app.reasons == [""])


# Slow and silent clients


async def test_slow_clients_are_dropped_and_others_receive() -> None:
    """A client that does not read is cut off at the limits of its queue; one that reads gets every
    message."""
    app = App()
    limits: dict[str, Any] = {"max_queued_messages": 50, "max_queued_bytes": 2 * MEBIBYTE}
    async with leakless(app, **limits) as service:
        slow = await join(service, subprotocol=None)
        quick = await join(service, subprotocol=None)
        async with slow, quick:
            await until(lambda: sessions(service) == 2)
            sent = await _flood(service, quick, until_sessions=1)
            assert app.reasons == ["SlowClient"]
            assert sent > 10
            await quick.say("still here")
            assert await quick.frame() == (TEXT, b"still here")
        await until(lambda: len(app.reasons) == 2)


async def _flood(service: Service, reader: Peer, *, until_sessions: int) -> int:
    """Send to all until somebody has been dropped; the reader gets each message in time."""
    async with asyncio.timeout(20):
        sent = 0
        while sessions(service) > until_sessions:
            data = b"%07d" % sent * 10_000
            await service.client.perform(
                SendToAll(hub="chat", message=Message(DataType.TEXT, data))
            )
            assert await reader.frame() == (TEXT, data)
            sent += 1
        return sent


async def test_pings_and_their_answers() -> None:
    """Clients are pinged; one that answers stays, one that does not is dropped."""
    app, clock = App(), Clock()
    async with leakless(app, clock=clock, ping_interval=20.0) as service:
        lively = await join(service, subprotocol=None)
        silent = await join(service, subprotocol=None)
        async with lively, silent:
            await until(lambda: sessions(service) == 2)
            for _ in range(3):
                await clock.advance(21)
                assert await lively.frame() == (PING, b"")
                await lively.send(client_frame(PONG))
                await lively.say("alive")
                assert await lively.frame() == (TEXT, b"alive")
            await until(lambda: app.reasons == ["PingTimeout"])
            assert [await silent.frame() for _ in range(2)] == [(PING, b"")] * 2
            assert await silent.aborted()


async def test_a_client_may_ping() -> None:
    """WebSocket pings of a client are answered, also while an event is pending."""
    gate = Gate()
    app = App({"message": gate})
    async with leakless(app) as service, await join(service, subprotocol=None) as peer:
        await peer.say("hi")
        await peer.send(client_frame(PING, b"there?"))
        assert await peer.frame() == (PONG, b"there?")
        gate.opened.set()
        assert await peer.frame() == (TEXT, b"hi")


# Ends


async def test_every_way_of_ending_is_told_once() -> None:
    """However a connection ends, ``disconnected`` is raised exactly once, with its reason."""
    app = App()
    async with leakless(app) as service:

        async def end(way: str, peer: Peer, connection_id: str) -> None:
            if way == "close":
                await peer.send(client_frame(CLOSE, close_payload(1000, "test-close")))
                assert await peer.closing() == (1000, "test-close")
            elif way == "close without a code":
                await peer.send(client_frame(CLOSE))
                assert await peer.closing() == (None, "")
            elif way == "abort":
                peer.hang_up()
            elif way == "end of input":
                peer.writer.write_eof()
                assert await peer.rest() == b""
            elif way == "mistake":
                await peer.say("nonsense")
                assert await peer.closing() == (1007, NOT_JSON)
            else:
                operation = CloseConnection(hub="chat", connection_id=connection_id, reason="R")
                await service.client.perform(operation)
                await service.client.perform(operation)
                text = "Application server closed the connection. Reason: R"
                farewell = await peer.hear()
                assert farewell == {"type": "system", "event": "disconnected", "message": text}
                assert await peer.closing() == (1000, "")
                await peer.send(client_frame(CLOSE, close_payload(1000)))
                assert await peer.rest() == b""

        reasons = {
            "close": "test-close",
            "close without a code": "",
            "abort": "",
            "end of input": "",
            "mistake": NOT_JSON,
            "application": "Application server closed the connection. Reason: R",
        }
        for way, reason in reasons.items():
            app.events.clear()
            peer, connection_id = await join_and_listen(service)
            async with peer:
                await end(way, peer, connection_id)
            await until(lambda: app.reasons)
            await asyncio.sleep(0.01)
            assert app.reasons == [reason], way
            assert app.names == ["connect", "connected", "disconnected"], way
            assert [event.connection_context.event_id for event in app.events] == [0, 1, 2], way


# Stopping


async def test_stopping_lets_pending_events_be_answered() -> None:
    """The answer and its ack arrive, then 1001; whoever is told of the end is told once."""
    gate = Gate()
    app = App({"slow": gate})
    async with leakless(app) as service:
        peer, _ = await join_and_listen(service)
        async with peer:
            await peer.say({"type": "event", "event": "slow", "data": 1, "ackId": 1})
            await gate.entered.wait()
            stopping = asyncio.create_task(service.stop())
            await asyncio.sleep(0.02)
            gate.opened.set()
            assert (await peer.hear())["data"] == 1
            assert (await peer.hear())["ackId"] == 1
            assert await peer.closing() == (1001, "")
            await peer.send(client_frame(CLOSE, close_payload(1001)))
            await asyncio.wait_for(stopping, PATIENCE)
    assert app.reasons == [""]
    assert not gate.cancelled


async def test_stopping_does_not_wait_for_ever() -> None:
    """An event that is not answered and a client that does not answer our close are given their
    time, then cut off; the application is told of that too."""
    gate = Gate()
    app = App({"slow": gate})
    async with leakless(app, stop_timeout=0.1, close_timeout=0.1) as service:
        peer, _ = await join_and_listen(service)
        async with peer:
            await peer.say({"type": "event", "event": "slow", "data": 1, "ackId": 1})
            await gate.entered.wait()
            await asyncio.wait_for(service.stop(), PATIENCE)
            assert gate.cancelled
            assert app.reasons == [""]
            assert await peer.closing() == (1001, "")


async def test_stopping_waits_for_notifications() -> None:
    """The disconnected events that stopping causes are handled before it returns."""
    done: list[str] = []

    async def slow(event: AnyEventRequest) -> EventOutcome:
        await asyncio.sleep(0.05)
        done.append(event.connection_id)
        return Notified()

    async with leakless(App({"disconnected": slow})) as service:
        peers = [(await join_and_listen(service))[0] for _ in range(3)]
        async with peers[0], peers[1], peers[2]:
            stopping = asyncio.create_task(service.stop())
            for peer in peers:
                assert await peer.closing() == (1001, "")
                await peer.send(client_frame(CLOSE, close_payload(1001)))
            await asyncio.wait_for(stopping, PATIENCE)
            assert len(done) == 3


async def test_stopping_while_clients_come_in() -> None:
    """A handshake that is pending is broken off, one that has not begun too."""
    gate = Gate(ConnectAccepted())
    app = App({"connect": gate})
    async with (
        leakless(app, stop_timeout=0.1) as service,
        await dial(service) as silent,
        await dial(service) as asking,
    ):
        await asking.send(handshake(service, await target_of(service)))
        await gate.entered.wait()
        await asyncio.wait_for(service.stop(), PATIENCE)
        assert gate.cancelled
        assert await silent.aborted()
        assert await asking.aborted()
    assert app.names == ["connect"]


@pytest.mark.parametrize("turns", range(4))
async def test_who_comes_while_it_stops_is_sent_away(turns: int) -> None:
    """At once, in whichever turn of the event loop."""
    async with leakless(close_timeout=60.0) as service:
        with socket.create_connection(("127.0.0.1", service._port)) as client:
            client.setblocking(False)
            for _ in range(turns):
                await asyncio.sleep(0)
            await asyncio.wait_for(service.stop(), PATIENCE)
            with suppress(ConnectionResetError):
                heard = asyncio.get_running_loop().sock_recv(client, 1)
                assert await asyncio.wait_for(heard, PATIENCE) == b""


async def test_stopping_ends_http_connections() -> None:
    """An idle connection to the REST API does not hold the service up."""
    async with leakless(close_timeout=60.0) as service, await dial(service) as peer:
        await peer.send(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await peer.response())[0] == 200
        await asyncio.wait_for(service.stop(), PATIENCE)
        assert await peer.rest() == b""


async def test_health_follows_the_status() -> None:
    """Whoever asks over a connection it has is sent away while the service stops."""
    gate = Gate()
    app = App({"slow": gate})
    ask = b"HEAD /api/health HTTP/1.1\r\nHost: x\r\n\r\n"
    async with leakless(app, close_timeout=0.1) as service, await dial(service) as asking:
        peer, _ = await join_and_listen(service)
        async with peer:
            await peer.say({"type": "event", "event": "slow", "data": 1})
            await gate.entered.wait()
            await asking.send(ask)
            assert b" 200 " in await asyncio.wait_for(asking.reader.readline(), 5)
            stopping = asyncio.create_task(service.stop())
            await asyncio.sleep(0)
            await asking.send(ask)
            assert b" 503 " in await asking.reader.readuntil(b" 503 ")
            gate.opened.set()
            await asyncio.wait_for(stopping, PATIENCE)
    assert service.status is Status.STOPPED


async def test_nobody_comes_in_after_stopping() -> None:
    """The port is closed at once."""
    async with leakless() as service:
        await service.stop()
        with pytest.raises(OSError):
            await dial(service)


# Many at once


async def test_a_crowd() -> None:
    """Many clients come, speak, hear each other and leave in every way; nothing is left."""
    app = App()
    async with leakless(app) as service:

        async def visit(number: int) -> None:
            simple = number % 2 == 0
            peer = await join(
                service,
                subprotocol=None if simple else JSON_SUBPROTOCOL,
                groups=["everybody"],
                roles=ROLES,
                user_id=f"user{number}",
            )
            async with peer:
                await peer.say("hi" if simple else {"type": "event", "event": "e", "data": "hi"})
                while b"hi" not in (await peer.frame())[1]:
                    pass
                if number % 3 == 0:
                    await peer.send(client_frame(CLOSE, close_payload(1000)))

        async with asyncio.timeout(20):
            await asyncio.gather(*map(visit, range(60)))
        await until(lambda: len(app.reasons) == 60)
        assert sorted(app.names) == sorted(
            ["connect", "connected", "disconnected"] * 60 + ["message"] * 30 + ["e"] * 30
        )


async def test_a_burst_is_few_writes() -> None:
    """Many messages of one turn reach a client through one write."""
    async with leakless(App()) as service:
        peer, connection_id = await join_and_listen(service)
        async with peer:
            session = service.hubs.hub("chat").sessions[connection_id]
            assert session.outbox is not None
            writes: list[bytes] = []

            class Counting:
                def __init__(self, transport: Transport) -> None:
                    self.is_closing = transport.is_closing
                    self._transport = transport

                def write(self, data: bytes) -> None:
                    writes.append(data)
                    self._transport.write(data)

            session.outbox.reroute(Counting)
            for number in range(100):
                message = Message(DataType.JSON, json.dumps(number).encode())
                await service.client.perform(SendToAll(hub="chat", message=message))
            assert [(await peer.hear())["data"] for _ in range(100)] == list(range(100))
            assert len(writes) == 1


async def test_settings_of_hubs_hold_for_whoever_comes_after_them() -> None:
    """Clients without a token are let in while the hub's settings say so; those that are in
    stay."""
    hub_settings = AllHubSettings({"chat": HubSettings(allow_anonymous=True, ping_interval=1.0)})
    clock = Clock()
    async with (
        Service(ServiceSettings(port=0), hub_settings=hub_settings, timers=clock) as service,
        await dial(service) as first,
        await dial(service) as second,
    ):
        await first.send(handshake(service, "/client/hubs/chat"))
        assert (await first.response())[0] == 101
        hub_settings.replace({})
        await second.send(handshake(service, "/client/hubs/chat"))
        assert (await second.response())[0] == 401
        assert sessions(service) == 1
        await clock.advance(2)
        assert await first.frame() == (PING, b"")


async def test_a_listener_that_cannot_be_used_is_told_at_the_start(tmp_path: Path) -> None:
    """It would be noticed only when events are missing."""
    listener = EventListenerSettings(
        events=EventFilter(user_events=UserEvents(every=True)),
        target=FileTarget(path=str(tmp_path / "no-such-folder" / "events.jsonl")),
    )
    hub_settings = AllHubSettings({"chat": HubSettings(event_listeners=(listener,))})
    with pytest.raises(ServiceStartError, match="no-such-folder"):
        await Service(ServiceSettings(port=0), hub_settings=hub_settings).start()


async def test_a_listener_hears_of_every_client_until_the_service_stops(tmp_path: Path) -> None:
    """The last goodbyes included."""
    path = tmp_path / "events.jsonl"
    events = EventFilter(system_events=frozenset({"connected", "disconnected"}))
    listener = EventListenerSettings(events=events, target=FileTarget(path=str(path)))
    hub_settings = AllHubSettings({"chat": HubSettings(event_listeners=(listener,))})
    async with Service(ServiceSettings(port=0), hub_settings=hub_settings) as service:
        peer, _ = await join_and_listen(service)
        peer.hang_up()
        await peer.writer.wait_closed()
    lines = path.read_text("utf-8").splitlines()
    assert ["disconnected" in line for line in lines] == [False, True]


async def test_clients_may_come_through_a_door() -> None:
    """Then nothing listens, if nothing is to, and everything else is as always."""
    service = Service(ServiceSettings(port=0), App())
    await service.start(listens=False)
    assert service.is_idle
    access = await service.client.client_access("chat", user_id="alice")
    async with new_session(service.door) as session:
        client = await session.ws_connect(access.url)
        await client.send_str("hello")
        assert (await client.receive()).data == "hello"
        await client.close()
    await service.stop()
    assert sessions(service) == 0
