"""The world of a test: an app, its service and clients."""

import asyncio
import os
import sys
from pathlib import Path

import pytest

import webpubsub as wps
from tests.service.webhooks.servers import Received, Reply, Webhook, serving
from tests.service.wire import until
from tests.testing.world import APPS, JOINING, ROOM, a_world
from webpubsub.service.hub_settings.model import (
    EventFilter,
    EventHandlerSettings,
    HubSettings,
    UserEvents,
)
from webpubsub.testing import ConnectRefused, RequestFailed, SetupError, World
from webpubsub.testing.plans import Plan

pytestmark = pytest.mark.webpubsub(app="tests/testing/apps/room")


async def test_hello(webpubsub: World) -> None:
    """From a client to a function, and from its output to everybody."""
    alice = await webpubsub.connect(user="alice")
    bob = await webpubsub.connect(user="bob", protocol="protobuf.reliable")
    await alice.send_event("message", "hi")
    await bob.expect("alice: hi")
    await alice.expect("alice: hi", from_="server")
    await alice.expect("got hi")
    assert not bob.unexpected
    (call,) = webpubsub.invocations("message")
    assert call.trigger.text() == call.inputs["request"].text() == "hi"
    assert call.trigger.user_id == "alice"
    assert call.returned == wps.UserEventResponse("got hi")
    assert call.outputs["actions"] == [wps.SendToAllAction("alice: hi")]
    assert call.logs == ["heard hi"]
    assert (call.failure, call.is_over) == (None, True)
    assert [action.data for action in call.actions] == ["alice: hi"]


async def test_actions_are_found_by_name_and_member(webpubsub: World) -> None:
    """Those that the service refused, too."""
    alice = await webpubsub.connect(user="alice")
    await alice.send_event("message", "nobody", ack=False)
    await alice.send_event("message", "hi")
    assert [one.data for one in webpubsub.actions("sendtoall")] == ["alice: hi"]
    sent, added = webpubsub.actions(group="g")
    assert (sent.name, sent.data, sent.error) == ("sendToGroup", "x", None)
    assert (added.name, added.data) == ("addConnectionToGroup", None)
    assert "nobody" in (added.error or "")
    assert webpubsub.actions("sendToGroup", data="elsewhere") == []
    assert {one.function for one in webpubsub.actions()} == {"message"}
    assert len(webpubsub.actions(hub="room")) == len(webpubsub.actions())


async def test_a_function_must_be_known(webpubsub: World) -> None:
    """No call of it would ever be found."""
    with pytest.raises(SetupError, match=r"no function 'mesage'\. Did you mean 'message'"):
        webpubsub.invocations("mesage")
    assert repr(webpubsub) == "<World of the app 'room': 0 clients, 0 calls of functions>"


async def test_a_failure_of_the_app_is_told(webpubsub: World) -> None:
    """To the one whose event it was, and in the records."""
    alice = await webpubsub.connect(user="alice")
    with pytest.raises(RequestFailed, match="function 'message' failed: ValueError: it went off"):
        await alice.send_event("message", "boom")
    (call,) = webpubsub.invocations("MESSAGE")
    assert call.failure is not None
    assert call.failure.type == "ValueError"
    assert repr(call) == "<Invocation of message: failed>"


async def test_a_refused_client_is_told_why(webpubsub: World) -> None:
    """With the refusal as the service logs it, and how to mend it."""
    with pytest.raises(ConnectRefused, match="mallory was refused with status 401: ") as refused:
        await webpubsub.connect(user="mallory")
    assert refused.value.status == 401
    assert "not you" in refused.value.reason
    assert refused.value.reason.startswith("handshake.connect.refused")


async def test_what_a_client_brings_along(webpubsub: World) -> None:
    """Is what the app is shown when it connects."""
    await webpubsub.connect(user="alice", query={"room": "a b"}, headers={"X-Kind": "test"})
    (call,) = webpubsub.invocations("connect")
    assert call.trigger.query == {"room": ["a b"]}
    assert call.trigger.headers["X-Kind"] == ["test"]


async def test_clients_come_by_what_the_app_says(webpubsub: World) -> None:
    """The URL of its own negotiate function."""
    answer = await webpubsub.http.get("/api/negotiate?user=carol")
    carol = await webpubsub.connect(answer.json()["url"], protocol="simple")
    assert carol.user_id == "carol"
    await carol.send_event("message", "hi")
    await carol.expect("carol: hi")


async def test_time_passes_when_it_is_moved(webpubsub: World) -> None:
    """A timer of the app fires at its times, with the time of the clock."""
    alice = await webpubsub.connect(user="alice")
    assert not webpubsub.invocations("tick")
    await webpubsub.clock.advance(10 * 60)
    assert len(webpubsub.invocations("tick")) == 2
    await alice.expect("tick")
    await alice.expect("tick")
    await alice.expect_nothing()


async def test_a_function_has_its_time(webpubsub: World) -> None:
    """As host.json says, by the clock of the test."""
    request = asyncio.create_task(webpubsub.http.get("/api/wait"))
    await webpubsub.settle()
    await webpubsub.clock.advance(299)
    assert not request.done()
    await webpubsub.clock.advance(1)
    assert (await request).status == 500
    (call,) = webpubsub.invocations("wait")
    assert call.is_over


async def test_an_event_has_its_time(webpubsub: World) -> None:
    """As the service's settings say, by the same clock."""
    alice = await webpubsub.connect(user="alice")
    await alice.send_event("message", "wait", ack=False)
    (call,) = webpubsub.invocations("message")
    assert not call.is_over
    await webpubsub.clock.advance(99)
    assert not call.is_over
    await webpubsub.clock.advance(1)
    assert call.is_over


async def test_tokens_expire(webpubsub: World) -> None:
    """An hour and what clocks may differ by after they were made."""
    url = (await webpubsub.http.get("/api/negotiate?user=carol")).json()["url"]
    await webpubsub.clock.advance(66 * 60)
    with pytest.raises(ConnectRefused, match="expired"):
        await webpubsub.connect(url)


async def test_a_reliable_client_has_half_a_minute(webpubsub: World) -> None:
    """Then the application is told that it is gone, and it cannot come back."""
    alice = await webpubsub.connect(user="alice", protocol="json.reliable")
    await alice.drop()
    await webpubsub.clock.advance(29)
    await webpubsub.service.send_to_all("while you were away")
    await alice.recover()
    await alice.expect("while you were away")
    await alice.drop()
    await webpubsub.clock.advance(31)
    with pytest.raises(ConnectRefused, match="1008"):
        await alice.recover()


async def test_a_webhook_has_its_time(caplog: pytest.LogCaptureFixture) -> None:
    """By the clock, and so have the pauses between attempts."""

    async def hang(received: Received) -> Reply:
        await asyncio.Event().wait()
        return Reply()

    async with serving(Webhook(Reply(503), hang)) as webhook:
        events = EventFilter(user_events=UserEvents(every=True))
        handler = EventHandlerSettings(url_template=f"{webhook.url}/{{event}}", events=events)
        hubs = {"room": HubSettings(event_handlers=(handler,))}
        async with a_world(None, hubs=hubs, event_timeout=30) as world:
            alice = await world.connect(user="alice")
            alice.patience = 10
            sending = asyncio.create_task(alice.send_event("message", "hi"))
            await until(lambda: webhook.events)
            await world.settle()
            await world.clock.advance(1)
            await until(lambda: len(webhook.events) == 2)
            await world.clock.advance(28.9)
            assert not sending.done()
            await world.clock.advance(0.1)
            with pytest.raises(RequestFailed, match="InternalServerError"):
                await sending
    assert "webhook.timeout" in caplog.text


async def test_pings_are_answered(webpubsub: World) -> None:
    """So a client that does nothing stays, however much time passes."""
    alice = await webpubsub.connect(user="alice")
    await webpubsub.clock.advance(300)
    assert alice.closed is None
    webpubsub.faults.freeze(alice)
    await webpubsub.clock.advance(61)
    await alice.expect_closed(1006)


async def test_a_hub_must_be_known(webpubsub: World) -> None:
    """The only one of the app; another one if it is named."""
    assert (await webpubsub.connect(hub="other", user="a")).address.endswith("/hubs/other")
    with pytest.raises(SetupError, match="no client protocol 'xml'; there are 'simple'"):
        await webpubsub.connect(protocol="xml")


def test_tests_need_not_be_async(webpubsub: World) -> None:
    """Then ``run`` waits."""
    alice = webpubsub.run(webpubsub.connect(user="alice"))
    webpubsub.run(alice.send_event("message", "hi"))
    webpubsub.run(alice.expect("alice: hi"))
    assert len(webpubsub.invocations("message")) == 1
    assert webpubsub.run(webpubsub.http.get("/api/count")).text == "1"


async def test_run_is_for_those_only(webpubsub: World) -> None:
    """In others there is await."""
    with pytest.raises(RuntimeError, match="use await here"):
        webpubsub.run(asyncio.Event().wait())


@pytest.mark.parametrize("repetition", [1, 2])
async def test_every_test_has_an_app_of_its_own(webpubsub: World, repetition: int) -> None:
    """What its modules remember is gone."""
    assert (await webpubsub.http.get("/api/count")).text == "1"


async def test_nothing_is_left_behind() -> None:
    """Neither modules, nor settings, nor the folder, nor handlers and levels of logs."""
    import logging

    root = logging.getLogger()
    before = dict(os.environ), Path.cwd(), list(root.handlers), root.level, set(sys.modules)
    async with a_world() as world:
        assert "function_app" in sys.modules
        assert os.environ["FUNCTIONS_APPLICATION_DIRECTORY"] == str(ROOM)
        await world.connect(user="alice")
    after = dict(os.environ), Path.cwd(), list(root.handlers), root.level
    assert after == before[:4]
    assert "function_app" not in set(sys.modules) - before[4]
    assert len(asyncio.all_tasks()) == 1


async def test_an_app_of_the_older_style() -> None:
    """With function.json, and texts for everything."""
    async with a_world(APPS / "folders") as world:
        alice = await world.connect(user="alice", protocol="simple")
        await alice.send_event("message", "abc")
        await alice.expect("cba")
        assert world.invocations("echo")[0].inputs == {"data": world.invocations()[0].trigger}


async def test_the_service_alone() -> None:
    """Clients come and go; nobody answers their events."""
    async with a_world(None) as world:
        alice = await world.connect(hub="any", user="alice", roles=["webpubsub.joinLeaveGroup"])
        await alice.join("g")
        assert await world.service.group_exists("g", hub="any")
        with pytest.raises(RequestFailed):
            await alice.send_event("message", "hi")
        with pytest.raises(SetupError, match=r"name the hub: .*there is no app, and the mark"):
            await world.connect()
        with pytest.raises(SetupError, match="no HTTP functions"):
            await world.http.get("/api/x")


@pytest.mark.parametrize("app", [ROOM, None], ids=["app", "alone"])
async def test_by_sockets(app: Path | None) -> None:
    """The same through ports of this machine, and time passes."""
    async with a_world(app, sockets=True) as world:
        before = world.clock.time()
        alice = await world.connect(hub="room", user="alice", protocol="protobuf")
        assert alice.address.startswith("ws://127.0.0.1:")
        if app is not None:
            assert (await world.http.post("/api/echo", data="x")).text == "x"
            await alice.send_event("message", "hi")
            await alice.expect("alice: hi")
        await world.service.send_to_all("all", hub="room")
        await alice.expect("all")
        await world.clock.advance(1000)
        assert world.clock.time() > before + 1000
        await alice.close()


@pytest.mark.parametrize("sockets", [True, False])
async def test_much_at_once_is_all_there(sockets: bool) -> None:
    """Although it takes many turns of the loop on its way."""
    async with a_world(None, sockets=sockets) as world:
        alice = await world.connect(hub="room", user="alice", roles=JOINING)
        bob = await world.connect(hub="room", groups=["g"])
        said = [f"{number} " * 50_000 for number in range(20)]
        await asyncio.gather(*(alice.send_to_group("g", text, ack=False) for text in said))
        assert [message.data for message in bob.messages] == said


async def test_a_broken_app_says_why(tmp_path: Path) -> None:
    """With the user's own traceback, and all that happened before undone."""
    (tmp_path / "function_app.py").write_text("1 / 0\n", encoding="utf-8")
    before = dict(os.environ)
    world = World(Plan(app=tmp_path, settings={"X_SETTING": "1"}))
    with pytest.raises(SetupError, match=r"ZeroDivisionError(.|\n)*line 1"):
        await world.start()
    assert dict(os.environ) == before
    await world.stop()


async def test_a_function_in_error_is_no_app_to_test(tmp_path: Path) -> None:
    """It is named, with what is wrong."""
    (tmp_path / "lost").mkdir()
    (tmp_path / "lost/function.json").write_text("{}", encoding="utf-8")
    with pytest.raises(SetupError, match=r"functions in error\n  lost: "):
        await World(Plan(app=tmp_path)).start()


def test_it_lives_in_a_loop_of_asyncio() -> None:
    """Those of others are refused, with what to choose."""
    with pytest.raises(SetupError, match="the backend 'asyncio' of anyio"):
        World(Plan()).start().send(None)


async def test_it_must_have_started() -> None:
    """Before anybody looks at it."""
    world = World(Plan())
    with pytest.raises(SetupError, match="has not started"):
        _ = world.stage
    assert world.invocations() == []
    await world.stop()
    world.end()
