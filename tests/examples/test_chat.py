"""examples/chat: its functions called directly, then the app as its clients meet it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from types import ModuleType
from typing import Any

import aiohttp
import azure.functions as func
import pytest

import webpubsub as wps
from tests.cli.processes import EXAMPLES, StartedApp
from tests.examples.loading import load


@pytest.fixture
def chat() -> ModuleType:
    """The module of the app, with nobody in the room."""
    return load("chat/function_app.py")


class Out:
    """Keeps what a function sets, as an output binding would."""

    def __init__(self) -> None:
        self.value: Sequence[wps.Action] = ()

    def set(self, value: Sequence[wps.Action]) -> None:
        """What ``func.Out`` has."""
        self.value = value

    @property
    def sent(self) -> list[Any]:
        """What everyone is sent, in order."""
        assert all(isinstance(action, wps.SendToAllAction) for action in self.value)
        return [_content(action) for action in self.value]


def _content(action: wps.Action) -> Any:
    return json.loads(action["data"]) if isinstance(action["data"], str) else action["data"]


def about(
    event_name: str, user: str | None, *, connection: str = "c1", states: str | None = None
) -> wps.ConnectionContext:
    """The connection that an event is about."""
    return wps.ConnectionContext(
        event_type=wps.EventType.USER if event_name == "message" else wps.EventType.SYSTEM,
        event_name=event_name,
        hub="chat",
        connection_id=connection,
        user_id=user,
        connection_state=states,
    )


def came(chat: ModuleType, user: str, connection: str) -> list[Any]:
    """What everyone is sent when a client has connected."""
    out = Out()
    context = about("connected", user, connection=connection)
    chat.connected(wps.ConnectedEventRequest(connection_context=context), out)
    return out.sent


def went(chat: ModuleType, user: str, connection: str) -> list[Any]:
    """What everyone is sent when a connection has ended."""
    out = Out()
    context = about("disconnected", user, connection=connection)
    chat.disconnected(wps.DisconnectedEventRequest(connection_context=context), out)
    return out.sent


def test_the_page_is_served(chat: ModuleType) -> None:
    """It is the file beside the app, as HTML."""
    page = chat.index(func.HttpRequest("GET", "/api/index", body=b""))
    assert page.mimetype == "text/html"
    assert page.get_body() == (EXAMPLES / "chat" / "index.html").read_bytes()


def test_negotiate_answers_with_the_url_of_its_input(chat: ModuleType) -> None:
    """The page needs the address and nothing else."""
    url = "ws://127.0.0.1:8080/client/hubs/chat?access_token=abc"
    connection = wps.WebPubSubConnection(
        url=url, base_url=url.partition("?")[0], access_token="abc"
    )
    answer = chat.negotiate(func.HttpRequest("GET", "/api/negotiate", body=b""), connection)
    assert answer.mimetype == "application/json"
    assert json.loads(answer.get_body()) == {"url": url}


@pytest.mark.parametrize(
    ("user", "let_in"),
    [("alice", True), ("Attackers", True), ("attacker", False), ("[system]", False), (None, False)],
)
def test_who_is_let_in(chat: ModuleType, user: str | None, let_in: bool) -> None:
    """Everyone but the attacker, those without a name, and those who would speak for the app."""
    request = wps.ConnectEventRequest(connection_context=about("connect", user))
    response = chat.connect(request)
    assert isinstance(response, wps.ConnectEventResponse) is let_in
    assert response.get("code") == (None if let_in else "unauthorized")


@pytest.mark.parametrize("text", ["hello", "", "naïve ☂", '<b>"bold"</b>'])
async def test_a_message_is_passed_on_to_everyone(chat: ModuleType, text: str) -> None:
    """With the name of its sender, and unchanged."""
    out = Out()
    await chat.message(said(text), out)
    assert out.sent == [{"from": "alice", "text": text}]


async def test_messages_are_counted_in_the_state_of_the_connection(chat: ModuleType) -> None:
    """Each answer hands the count to the next event; another connection begins again at one."""
    states = None
    for expected in (1, 2, 3):
        response = await chat.message(said("hello", states=states), Out())
        assert response == wps.UserEventResponse(
            {"from": "[system]", "text": f"message {expected}"}, states={"count": expected}
        )
        states = response["states"]
    assert (await chat.message(said("hello"), Out()))["states"] == {"count": 1}


def said(text: str, *, states: Any = None) -> wps.UserEventRequest:
    """Alice says something; ``states`` is what her last answer stored."""
    stored = wps.encode_states(states) if states else None
    return wps.UserEventRequest(
        connection_context=about("message", "alice", states=stored),
        message=wps.Message(wps.DataType.TEXT, text.encode()),
    )


def test_joins_and_leaves_are_announced_and_the_roster_follows(chat: ModuleType) -> None:
    """A user with two windows is here once, and until the last one closes."""
    joined = [system(text="alice joined"), system(roster=["alice"])]
    assert came(chat, "alice", "c1") == joined
    assert came(chat, "bob", "c2") == [system(text="bob joined"), system(roster=["alice", "bob"])]
    assert came(chat, "alice", "c3")[-1] == system(roster=["alice", "bob"])
    assert went(chat, "alice", "c1")[-1] == system(roster=["alice", "bob"])
    assert went(chat, "alice", "c3") == [system(text="alice left"), system(roster=["bob"])]
    assert went(chat, "bob", "c2")[-1] == system(roster=[])


def system(**members: Any) -> dict[str, Any]:
    """What the app itself says."""
    return {"from": "[system]", **members}


class Client:
    """A simple client: whole texts in order, nothing parsed before it was compared."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.seen: list[str] = []

    async def until(self, text: str) -> list[str]:
        """All that came up to and with ``text``."""
        while text not in self.seen:
            self.seen.append(await self.socket.receive_str(timeout=10))
        return self.seen


@pytest.fixture
async def app() -> AsyncIterator[StartedApp]:
    """The example, started as its README says."""
    with StartedApp(EXAMPLES / "chat") as started:
        await asyncio.to_thread(started.wait_until_ready)
        yield started
        assert await asyncio.to_thread(started.interrupt) == 0
        assert "Traceback" not in started.output


async def url_for(session: aiohttp.ClientSession, app: StartedApp, user: str) -> str:
    """What negotiate answers, which has one member."""
    async with session.get(f"{app.url}/negotiate", params={"user": user}) as answer:
        assert answer.content_type == "application/json"
        content = await answer.json()
    assert list(content) == ["url"]
    return str(content["url"])


async def test_two_clients_talk(app: StartedApp) -> None:
    """Each text arrives as exactly this JSON; its sender is answered with a count of its own."""
    async with aiohttp.ClientSession() as session:
        alice = Client(await session.ws_connect(await url_for(session, app, "alice")))
        await alice.until('{"from":"[system]","roster":["alice"]}')
        bob = Client(await session.ws_connect(await url_for(session, app, "bob")))
        await alice.until('{"from":"[system]","roster":["alice","bob"]}')
        for number in (1, 2):
            await alice.socket.send_str("hello")
            await alice.until(f'{{"from":"[system]","text":"message {number}"}}')
        await bob.socket.send_str("bye")
        await bob.until('{"from":"[system]","text":"message 1"}')
        await bob.socket.close()
        await alice.until('{"from":"[system]","text":"bob left"}')
    hello = '{"from":"alice","text":"hello"}'
    assert alice.seen.count(hello) == bob.seen.count(hello) == 2
    assert '{"from":"bob","text":"bye"}' in alice.seen
    assert '{"from":"[system]","text":"bob joined"}' in alice.seen
    assert '{"from":"[system]","text":"message 2"}' not in bob.seen


async def test_the_attacker_is_refused_before_the_connection_exists(app: StartedApp) -> None:
    """With status 401 of the handshake, which is all that it learns."""
    async with aiohttp.ClientSession() as session:
        url = await url_for(session, app, "attacker")
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await session.ws_connect(url)
    assert refused.value.status == 401


async def test_the_page_is_at_its_address(app: StartedApp) -> None:
    """Where the README sends people."""
    async with aiohttp.ClientSession() as session, session.get(f"{app.url}/index") as answer:
        assert answer.status == 200
        assert answer.content_type == "text/html"
        assert await answer.read() == (EXAMPLES / "chat" / "index.html").read_bytes()
