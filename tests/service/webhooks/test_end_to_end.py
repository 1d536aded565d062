"""Clients, a service and a webhook: the whole way of every event.

Specification: client-protocols sections 1.4 and 3.2, upstream-events sections 2.2, 4, 6, 7, 8, 9,
10, 11.1, 11.2, 11.3, 12, 13, 18 and 19.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import psutil
import pytest

from tests.service.fakes import JSON_SUBPROTOCOL, client_frame, close_payload
from tests.service.webhooks.servers import (
    Naps,
    Received,
    Reply,
    Webhook,
    serving,
)
from tests.service.wire import (
    CLOSE,
    App,
    Peer,
    dial,
    handshake,
    join,
    join_and_listen,
    sessions,
    target_of,
    until,
)
from webpubsub.protocol.cloud_events.signatures import signature
from webpubsub.protocol.outcomes import ConnectAccepted, Unhandled
from webpubsub.service.hub_settings.model import (
    SYSTEM_EVENTS,
    AllHubSettings,
    EventFilter,
    EventHandlerSettings,
    GroupPresence,
    HubSettings,
    UserEvents,
)
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings

JSON_TYPE = [("Content-Type", "application/json")]
TEXT_TYPE = [("Content-Type", "text/plain")]


def hub_of(
    *webhooks: Webhook,
    path: str = "/eh/{hub}/{event}?code=1",
    presence: GroupPresence = GroupPresence(),  # noqa: B008
) -> AllHubSettings:
    """Settings that send every event of the hub chat to the first webhook; what happens in groups
    only if asked to."""
    every = EventFilter(
        user_events=UserEvents(every=True),
        system_events=frozenset(SYSTEM_EVENTS),
        group_presence=presence,
    )
    handlers = [
        EventHandlerSettings(url_template=webhook.url + path, events=every) for webhook in webhooks
    ]
    return AllHubSettings({"chat": HubSettings(event_handlers=tuple(handlers))})


@asynccontextmanager
async def world(
    *answers: Any,
    app: App | None = None,
    presence: GroupPresence = GroupPresence(),  # noqa: B008
    event_timeout: float = 100.0,
    **more: Any,
) -> AsyncIterator[tuple[Service, Webhook, Naps]]:
    """A service with a webhook behind it, after which nothing is left of it: no task and no
    socket. Retries do not wait."""
    tasks, process = asyncio.all_tasks(), psutil.Process()
    sockets = len(process.net_connections())
    settings = ServiceSettings(
        port=0, close_timeout=1.0, stop_timeout=0.5, event_timeout=event_timeout
    )
    naps = Naps()
    async with AsyncExitStack() as stack:
        webhook = await stack.enter_async_context(serving(Webhook(*answers, **more)))
        service = Service(settings, app, hub_settings=hub_of(webhook, presence=presence))
        service._webhooks.exchange._sleep = naps
        yield await stack.enter_async_context(service), webhook, naps
    assert sessions(service) == 0
    assert service._router._pending == 0
    await until(lambda: asyncio.all_tasks() == tasks)
    await until(lambda: len(process.net_connections()) <= sockets)


async def leave(peer: Peer) -> None:
    """Be gone, and wait until the socket is."""
    await peer.__aexit__(None, None, None)


async def linger(peer: Peer) -> None:
    """Stay until the service has had enough."""
    async with peer:
        await peer.aborted()


async def refusal(service: Service) -> tuple[int, bytes]:
    """The status and the body a client is turned away with."""
    async with await dial(service) as peer:
        await peer.send(handshake(service, await target_of(service)))
        status, _, body = await peer.response()
        return status, body


async def refused_status(service: Service) -> int:
    """The status a client is turned away with."""
    return (await refusal(service))[0]


async def test_the_worked_sequence() -> None:
    """Upstream-events section 18, header by header."""
    connect = Reply(
        200,
        [*JSON_TYPE, ("ce-connectionState", "eyJuIjowfQ==")],
        b'{"userId":"alice","groups":["lobby"]}',
    )
    event = Reply(200, [*TEXT_TYPE, ("ce-connectionState", "eyJuIjoxfQ==")], b"ok")

    async def answer(received: Received) -> Reply:
        replies = {"connect": connect, "hi": event}
        return replies.get(received.header("ce-eventName") or "", Reply(204))

    async with world(answer) as (service, webhook, _):
        peer, connection_id = await join_and_listen(service)
        await until(lambda: len(webhook.events) == 2)
        assert next(iter(service.hubs.hub("chat").sessions.values())).groups.keys() == {"lobby"}
        await peer.say(
            {"type": "event", "event": "hi", "ackId": 1, "dataType": "json", "data": {"n": 1}}
        )
        reply = {"type": "message", "from": "server", "dataType": "text", "data": "ok"}
        assert await peer.hear() == reply
        assert await peer.hear() == {"type": "ack", "ackId": 1, "success": True}
        await peer.send(client_frame(CLOSE, close_payload(1000, "bye")))
        await until(lambda: len(webhook.events) == 4)
        await leave(peer)
    question, *events = webhook.requests
    assert (question.method, question.target) == ("OPTIONS", "/eh/chat/validate?code=1")
    assert question.header("WebHook-Request-Origin") == "127.0.0.1"
    assert [one.target for one in events] == [
        f"/eh/chat/{name}?code=1" for name in ("connect", "connected", "hi", "disconnected")
    ]
    wanted = ["ce-id", "ce-userId", "ce-connectionState", "ce-subprotocol"]
    json_name = "json.webpubsub.azure.v1"
    assert [[one.header(name) for name in wanted] for one in events] == [
        ["0", None, None, None],
        ["1", "alice", "eyJuIjowfQ==", json_name],
        ["2", "alice", "eyJuIjowfQ==", json_name],
        ["3", "alice", "eyJuIjoxfQ==", json_name],
    ]
    for one in events:
        assert one.header("ce-connectionId") == connection_id
        assert one.header("ce-signature") == signature(connection_id, [DEVELOPMENT_KEY])
        assert one.header("ce-source") == f"/hubs/chat/client/{connection_id}"
    assert json.loads(events[0].body)["subprotocols"] == [json_name]
    assert [one.body for one in events[1:]] == [b"{}", b'{"n": 1}', b'{"reason":"bye"}']


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 500, 503, 302])
async def test_a_webhook_turns_clients_away(status: int) -> None:
    """The client is given the status alone, with a text of our own (upstream-events section 19),
    and there is no other event."""
    async with world(Reply(status, TEXT_TYPE, b"secret")) as (service, webhook, _):
        seen, body = await refusal(service)
        assert seen == status
        assert body
        assert b"secret" not in body
    assert {one.header("ce-eventName") for one in webhook.events} == {"connect"}


@pytest.mark.parametrize(
    "body", [b"{", b'{"roles":[null]}', b'{"groups":[" "]}', b'{"roles":[""]}', b"[]"]
)
async def test_answers_to_connect_that_make_no_sense(body: bytes) -> None:
    """The handshake fails with 500."""
    async with world(Reply(200, JSON_TYPE, body)) as (service, _, _):
        assert await refused_status(service) == 500


async def test_a_webhook_that_takes_too_long() -> None:
    """The time that is set is over: a client is turned away with 500, and it is not asked twice."""

    async def stall(received: Received) -> Reply:
        await asyncio.sleep(60)
        return Reply(204)

    async with world(stall, event_timeout=0.2) as (service, webhook, _):
        assert await refused_status(service) == 500
    assert len(webhook.events) <= 1


async def test_a_webhook_that_refuses_validation() -> None:
    """Nobody gets in, and no event is sent."""
    async with world(validation=[Reply(200)]) as (service, webhook, _):
        assert await refused_status(service) == 500
    assert webhook.events == []


FAILURES = [
    Reply(400, TEXT_TYPE, b"secret"),
    Reply(429),
    Reply(503),
    Reply(302, [("Location", "/")]),
    Reply(200, [("Content-Type", "image/png")], b"secret"),
    Reply(200, JSON_TYPE, b"{"),
]


@pytest.mark.parametrize("failure", FAILURES)
async def test_failed_events_of_json_clients(failure: Reply) -> None:
    """The ack says so, the connection stays, and the same ack id may be used again."""
    async with (
        world(Reply(204), Reply(204), failure) as (service, webhook, _),
        (await join_and_listen(service))[0] as peer,
    ):
        await until(lambda: len(webhook.events) == 2)
        event = {"type": "event", "event": "hi", "ackId": 1, "dataType": "text", "data": "x"}
        await peer.say(event)
        assert await peer.hear() == {
            "type": "ack",
            "ackId": 1,
            "success": False,
            "error": {"name": "InternalServerError", "message": "Internal server error"},
        }
        webhook.answers = [Reply(204)]
        await peer.say(event)
        assert await peer.hear() == {"type": "ack", "ackId": 1, "success": True}


@pytest.mark.parametrize("failure", FAILURES)
async def test_failed_events_without_an_ack_id(
    failure: Reply, caplog: pytest.LogCaptureFixture
) -> None:
    """The log says so, and nobody else; the connection stays."""
    async with (
        world(Reply(204), Reply(204), failure) as (service, webhook, _),
        (await join_and_listen(service))[0] as peer,
    ):
        await until(lambda: len(webhook.events) == 2)
        await peer.say({"type": "event", "event": "hi", "dataType": "text", "data": "x"})
        await peer.say({"type": "ping"})
        assert await peer.hear() == {"type": "pong"}
    assert any("for the event 'hi'" in message for message in caplog.messages)


@pytest.mark.parametrize("failure", [(400, TEXT_TYPE), (200, [("Content-Type", "image/png")])])
async def test_a_failed_answer_leaves_nothing_behind(
    failure: tuple[int, list[tuple[str, str]]],
) -> None:
    """Neither its state nor its cookies nor its metadata."""
    status, content_type = failure
    lost = [
        *content_type,
        ("ce-connectionState", "lost"),
        ("Set-Cookie", "lost=1; Path=/"),
        ("X-WebPubSub-Metadata-lost", "1"),
    ]
    first = Reply(204, [("ce-connectionState", "kept"), ("Set-Cookie", "kept=1; Path=/")])
    async with (
        world(first, Reply(204), Reply(status, lost, b"x"), Reply(204)) as (service, webhook, _),
        (await join_and_listen(service))[0] as peer,
    ):
        await until(lambda: len(webhook.events) == 2)
        event = {"type": "event", "event": "hi", "dataType": "text", "data": "x", "ackId": 1}
        await peer.say(event)
        assert not (await peer.hear())["success"]
        await peer.say(event)
        assert await peer.hear() == {"type": "ack", "ackId": 1, "success": True}
    for one in webhook.events[2:]:
        assert (one.header("ce-connectionState"), one.header("Cookie")) == ("kept", "kept=1")


@pytest.mark.parametrize("failure", FAILURES)
async def test_failed_events_of_simple_clients(failure: Reply) -> None:
    """The connection is closed."""
    async with (
        world(Reply(204), Reply(204), failure) as (service, webhook, _),
        await join(service, subprotocol=None) as peer,
    ):
        await until(lambda: len(webhook.events) == 2)
        await peer.say("x")
        assert await peer.closing() == (1011, "Internal server error")


@pytest.mark.parametrize(
    ("reply", "frame"),
    [
        (Reply(200, TEXT_TYPE, b"ok"), (1, b"ok")),
        (Reply(200, JSON_TYPE, b'{"a": 1}'), (1, b'{"a": 1}')),
        (Reply(200, (), b"\x00\xff"), (2, b"\x00\xff")),
        (Reply(200, [("Content-Type", "application/x-protobuf")], b"\x0a"), (2, b"\x0a")),
        (Reply(200, [("X-WebPubSub-Metadata-a", "1")]), (1, b"")),
    ],
)
async def test_replies_to_simple_clients(reply: Reply, frame: tuple[int, bytes]) -> None:
    """Texts and JSON are text frames, everything else is a binary one."""
    async with (
        world(Reply(204), Reply(204), reply) as (service, webhook, _),
        await join(service, subprotocol=None) as peer,
    ):
        await until(lambda: len(webhook.events) == 2)
        await peer.say("x")
        assert await peer.frame() == frame


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(204), None),
        (Reply(204, [("X-WebPubSub-Metadata-a", "1")]), None),
        (Reply(200), None),
        (Reply(200, TEXT_TYPE, b"ok"), {"dataType": "text", "data": "ok"}),
        (Reply(202, [("Content-Type", "text/plain; charset=latin-1")], b"\xe9"),
         {"dataType": "text", "data": "é"}),
        (Reply(200, JSON_TYPE, b'{"a": 1}'), {"dataType": "json", "data": {"a": 1}}),
        (Reply(200, [("Content-Type", "application/octet-stream")], b"\xff"),
         {"dataType": "binary", "data": "/w=="}),
        (Reply(200, (), b"\xff"), {"dataType": "binary", "data": "/w=="}),
        (Reply(200, [("Content-Type", "application/x-protobuf")], b"\x0a"),
         {"dataType": "protobuf", "data": "Cg=="}),
        (Reply(200, [("X-WebPubSub-Metadata-A", "1, 2")]),
         {"dataType": "text", "data": "", "metadata": {"a": "2"}}),
    ],
)  # fmt: skip
async def test_replies_to_json_clients(reply: Reply, message: dict[str, Any] | None) -> None:
    """By the content type, and before the ack."""
    async with (
        world(Reply(204), Reply(204), reply) as (service, webhook, _),
        (await join_and_listen(service))[0] as peer,
    ):
        await until(lambda: len(webhook.events) == 2)
        await peer.say({"type": "event", "event": "e", "dataType": "text", "data": "", "ackId": 1})
        if message is not None:
            assert await peer.hear() == {"type": "message", "from": "server", **message}
        assert await peer.hear() == {"type": "ack", "ackId": 1, "success": True}


TEXT_SENT = "text/plain; charset=utf-8"
BYTES_SENT = "application/octet-stream"
#: A serialized google.protobuf.Any.
AN_ANY = b"\x0a\x01t\x12\x01v"


@pytest.mark.parametrize(
    ("query", "said", "name", "content_type", "body"),
    [
        ("", client_frame(1, "é".encode()), "message", TEXT_SENT, "é".encode()),
        ("", client_frame(2, b"\xff"), "message", BYTES_SENT, b"\xff"),
        ("&webpubsub_mode=", client_frame(1, b"x"), "message", TEXT_SENT, b"x"),
        ("&webpubsub_mode=sendEvent", client_frame(1, b"x"), "message", TEXT_SENT, b"x"),
        (None, {"dataType": "text", "data": "é"}, "hi", TEXT_SENT, "é".encode()),
        (None, {"dataType": "json", "data": {"a": [1]}}, "hi", "application/json", b'{"a": [1]}'),
        (None, {"data": 1.50}, "hi", "application/json", b"1.5"),
        (None, {"dataType": "binary", "data": "/w=="}, "hi", BYTES_SENT, b"\xff"),
        (
            None,
            {"dataType": "protobuf", "data": "CgF0EgF2"},
            "hi",
            "application/x-protobuf",
            AN_ANY,
        ),
        (None, {"metadata": {"a": "1"}}, "hi", TEXT_SENT, b""),
    ],
)
async def test_what_clients_say(
    query: str | None, said: Any, name: str, content_type: str, body: bytes
) -> None:
    """Simple clients always say ``message``, and nobody needs a role for it
    (upstream-events section 11.1)."""
    async with world() as (service, webhook, _):
        if query is None:
            peer, _ = await join_and_listen(service)
            await peer.say({"type": "event", "event": "hi", **said})
        else:
            peer = await join(service, subprotocol=None, query=query)
            await peer.send(said)
        await until(lambda: len(webhook.events) == 3)
        await leave(peer)
    (one,) = (one for one in webhook.events if "user" in (one.header("ce-type") or ""))
    assert one.header("ce-type") == f"azure.webpubsub.user.{name}"
    assert (one.header("Content-Type"), one.body) == (content_type, body)


async def test_connected_goes_on_when_its_client_has_gone() -> None:
    """And so overlaps the end, which is told once."""
    release, ended = asyncio.Event(), asyncio.Event()

    async def answer(received: Received) -> Reply:
        if received.header("ce-eventName") == "connected":
            await release.wait()
            ended.set()
        return Reply(204)

    async with world(answer) as (service, webhook, _):
        peer, _ = await join_and_listen(service)
        await until(lambda: len(webhook.events) == 2)
        await leave(peer)
        await until(lambda: len(webhook.events) == 3)
        release.set()
        await asyncio.wait_for(ended.wait(), 5)
    assert [one.header("ce-eventName") for one in webhook.events] == [
        "connect",
        "connected",
        "disconnected",
    ]


async def test_the_events_of_a_connection_are_strictly_in_order() -> None:
    """One at a time, each after the answer to the one before, however slow that is."""
    running = 0
    most = 0

    async def slowly(received: Received) -> Reply:
        nonlocal running, most
        if (received.header("ce-type") or "").startswith("azure.webpubsub.user."):
            running += 1
            most = max(most, running)
            await asyncio.sleep(0.001 * (7 - int(received.body) % 7))
            running -= 1
        return Reply(204)

    async with (
        world(slowly) as (service, webhook, _),
        (await join_and_listen(service))[0] as peer,
    ):
        for number in range(30):
            data = {"type": "event", "event": "n", "dataType": "json", "data": number}
            await peer.say({**data, "ackId": number})
        acks = [(await peer.hear())["ackId"] for _ in range(30)]
    bodies = [one.body for one in webhook.events if one.header("ce-eventName") == "n"]
    assert bodies == [str(number).encode() for number in range(30)]
    assert (most, acks) == (1, list(range(30)))
    ids = [int(one.header("ce-id") or -1) for one in webhook.events]
    assert sorted(ids) == list(range(len(ids)))


async def test_presence() -> None:
    """Joined after connected, left before disconnected, each once and with its own number; the
    client waits for none of them."""
    accepted = Reply(200, JSON_TYPE, b'{"groups":["lobby","hidden"]}')
    both = GroupPresence(frozenset({"joined", "left"}), ("lobby", "room-*"))

    async def answer(received: Received) -> Reply:
        name = received.header("ce-eventName")
        return {"connect": accepted, "joined": Reply(500)}.get(name or "", Reply(204))

    async with world(answer, presence=both) as (service, webhook, naps):
        peer, connection_id = await join_and_listen(service, roles=["webpubsub.joinLeaveGroup"])
        requests = ("joinGroup", "room-1"), ("joinGroup", "room-1"), ("leaveGroup", "room-1")
        for number, (kind, group) in enumerate(requests):
            await peer.say({"type": kind, "group": group, "ackId": number})
            assert (await peer.hear())["success"]
        await peer.send(client_frame(CLOSE, close_payload(1000, "bye")))
        await leave(peer)
        await until(lambda: len({one.header("ce-id") for one in webhook.events}) == 7)
        await until(lambda: len(naps.seconds) == 6)
    seen = {one.header("ce-id"): one for one in webhook.events}
    raised = [(one.header("ce-type"), one.target, one.body) for _, one in sorted(seen.items())]
    assert raised[2:] == [
        ("azure.webpubsub.gp.joined", "/eh/chat/joined?code=1", b'{"group":"lobby"}'),
        ("azure.webpubsub.gp.joined", "/eh/chat/joined?code=1", b'{"group":"room-1"}'),
        ("azure.webpubsub.gp.left", "/eh/chat/left?code=1", b'{"group":"room-1"}'),
        ("azure.webpubsub.gp.left", "/eh/chat/left?code=1", b'{"group":"lobby"}'),
        ("azure.webpubsub.sys.disconnected", "/eh/chat/disconnected?code=1", b'{"reason":"bye"}'),
    ]
    assert [raised[number][0] for number in (0, 1)] == [
        "azure.webpubsub.sys.connect",
        "azure.webpubsub.sys.connected",
    ]
    assert {one.header("ce-connectionId") for one in webhook.events} == {connection_id}


async def test_many_connections_do_not_wait_for_each_other() -> None:
    """A webhook that answers one client slowly does not hold up another."""
    release = asyncio.Event()

    async def hold_the_first(received: Received) -> Reply:
        if received.body == b"slow":
            await release.wait()
        return Reply(204)

    async with (
        world(hold_the_first) as (service, _, _),
        (await join_and_listen(service))[0] as slow,
        (await join_and_listen(service))[0] as quick,
    ):
        event = {"type": "event", "event": "x", "dataType": "text", "ackId": 1}
        await slow.say({**event, "data": "slow"})
        await quick.say({**event, "data": "quick"})
        assert (await quick.hear())["success"]
        release.set()
        assert (await slow.hear())["success"]


async def test_a_client_that_leaves_cancels_its_event() -> None:
    """The service hangs up on the webhook, and tells it of the end all the same."""

    left = asyncio.Event()

    async def stall(received: Received) -> Reply:
        if received.body == b"stall":
            try:
                await asyncio.sleep(60)
            finally:
                left.set()
        return Reply(204)

    async with world(stall) as (service, webhook, _):
        peer, _ = await join_and_listen(service)
        await peer.say({"type": "event", "event": "x", "dataType": "text", "data": "stall"})
        await until(lambda: any(one.body == b"stall" for one in webhook.events))
        await leave(peer)
        await until(lambda: webhook.events[-1].header("ce-eventName") == "disconnected")
        await asyncio.wait_for(left.wait(), 5)
        assert service._router._pending == 0


async def test_a_client_that_leaves_cancels_the_question_whether_it_may_come() -> None:
    """The service hangs up on the webhook, lets nobody in, and has nothing to tell of."""
    left = asyncio.Event()

    async def stall(received: Received) -> Reply:
        try:
            await asyncio.sleep(60)
        finally:
            left.set()
        return Reply(204)

    async with world(stall) as (service, webhook, _):
        peer = await dial(service)
        await peer.send(handshake(service, await target_of(service)))
        await until(lambda: webhook.events)
        await leave(peer)
        await asyncio.wait_for(left.wait(), 5)
        assert sessions(service) == 0
    assert [one.header("ce-eventName") for one in webhook.events] == ["connect"]


@pytest.mark.parametrize("subprotocol", [None, JSON_SUBPROTOCOL])
async def test_a_client_that_closes_while_its_event_is_answered(subprotocol: str | None) -> None:
    """A polite client waits for the end of what it began; the answer comes before the goodbye."""
    release = asyncio.Event()

    async def hold(received: Received) -> Reply:
        if received.header("ce-eventName") in ("x", "message"):
            await release.wait()
        return Reply(200, TEXT_TYPE, b"ok")

    accepted = Reply(204)
    async with world(accepted, accepted, hold) as (service, webhook, _):
        peer = await join(service, subprotocol=subprotocol)
        if subprotocol is not None:
            await peer.hear()
        await until(lambda: len(webhook.events) == 2)
        await peer.say({"type": "event", "event": "x", "dataType": "text", "data": "1"})
        await peer.send(client_frame(CLOSE, close_payload(1000, "bye")))
        await until(lambda: len(webhook.events) == 3)
        release.set()
        assert (await peer.frame())[0] == 1
        assert await peer.closing() == (1000, "bye")
        await leave(peer)
        await until(lambda: webhook.events[-1].body == b'{"reason":"bye"}')


async def test_stopping_does_not_wait_for_a_webhook() -> None:
    """A webhook that never answers costs the time that the settings give it, and nothing of it is
    left."""

    async def stall(received: Received) -> Reply:
        if received.header("ce-eventName") == "connect":
            return Reply(204)
        await asyncio.Event().wait()
        return Reply(204)

    async with asyncio.timeout(30):
        async with world(stall) as (service, webhook, _):
            peer, _ = await join_and_listen(service)
            await peer.say({"type": "event", "event": "x", "dataType": "text", "data": "stall"})
            await until(lambda: len(webhook.events) == 3)
            leaving = asyncio.ensure_future(linger(peer))
        await leaving


async def test_the_process_comes_first() -> None:
    """Events that a handler in the process leaves unhandled go to the webhook."""
    app = App({"connect": ConnectAccepted(user_id="bob"), "hi": Unhandled()})
    async with (
        world(Reply(200, TEXT_TYPE, b"from afar"), app=app) as (service, webhook, _),
        (await join_and_listen(service))[0] as peer,
    ):
        await peer.say({"type": "event", "event": "hi", "dataType": "text", "data": "x"})
        assert (await peer.hear())["data"] == "from afar"
        await peer.say({"type": "event", "event": "echo", "dataType": "text", "data": "near"})
        assert (await peer.hear())["data"] == "near"
    assert [one.header("ce-eventName") for one in webhook.events] == ["hi"]
    assert webhook.events[0].header("ce-userId") == "bob"


async def test_hubs_that_are_not_set_have_no_webhook() -> None:
    """There is no catch-all: clients connect as their tokens say, and events fail."""
    async with (
        world() as (service, webhook, _),
        (await join_and_listen(service, hub="other"))[0] as peer,
    ):
        await peer.say({"type": "event", "event": "x", "ackId": 1, "dataType": "text", "data": ""})
        assert not (await peer.hear())["success"]
    assert webhook.requests == []


async def test_cookies_and_traces_of_a_connection() -> None:
    """The webhook's cookies come back on its own connections only, and the client's trace goes
    on."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    async with world(Reply(204, [("Set-Cookie", "server=1; Path=/")]), Reply(204)) as (
        service,
        webhook,
        _,
    ):
        first = await join(service, headers={"traceparent": trace, "Cookie": "mine=1"})
        second = await join(service)
        await until(lambda: len(webhook.events) == 4)
        await leave(first)
        await leave(second)
    by_connection: dict[str | None, list[str | None]] = {}
    for one in webhook.events:
        by_connection.setdefault(one.header("ce-connectionId"), []).append(one.header("Cookie"))
    assert sorted(by_connection.values(), key=str) == [
        [None, "server=1", "server=1"],
        [None, None, None],
    ]
    assert [one.header("traceparent") for one in webhook.events].count(trace) == 1
