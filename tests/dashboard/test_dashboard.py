"""The page and what it asks for, on the port of the service."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import ClientTimeout

from tests.dashboard.world import World, running_world
from tests.service.wire import PATIENCE, App, join, until


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Somebody who has come in."""
    async with running_world(App()) as running:
        await running.come_in()
        yield running


async def test_the_page_comes_first(world: World) -> None:
    """In a browser; for all others the service is what it was."""
    front = await world.get("/", {"Accept": "text/html,*/*"})
    assert (front.status, front.headers["Location"]) == (302, "/dashboard/")
    assert "This is a Web PubSub service" in (await world.get("/")).text
    assert (await world.get("/dashboard")).headers["Location"] == "/dashboard/"
    page = await world.get("/dashboard/")
    assert (page.status, page.headers["X-Frame-Options"]) == (200, "DENY")
    assert "script" in page.text
    assert (await world.get("/dashboards")).status == 404
    assert (await world.get("/api/hubs/chat/:send")).status == 405


async def test_what_is_not_there(world: World) -> None:
    """Is said in JSON, with the same headers."""
    for path in ("nowhere", "api/nowhere", "api/", "../dashboard.py", "%2e%2e/files.py"):
        answer = await world.get(f"/dashboard/{path}")
        assert answer.status in (401, 404)
        assert (await world.ask("DELETE", f"/dashboard/{path}")).status in (401, 403, 404, 405)
    assert (await world.get("/dashboard/api/operation")).status == 404


async def test_state_connections_and_functions(world: World) -> None:
    """What the views ask for."""
    async with await join(world.service, user_id="alice"):
        state = (await world.get("/dashboard/api/state")).json
        assert (state["connections"], state["hubs"][0]["name"]) == (1, "chat")
        found = (await world.get("/dashboard/api/connections?hub=chat&search=ali&limit=9")).json
        assert [one["user"] for one in found["connections"]] == ["alice"]
        cut = (await world.get("/dashboard/api/connections?hub=chat&limit=0")).json
        assert (cut["total"], cut["connections"]) == (1, [])
        assert (await world.get("/dashboard/api/functions")).json == []


async def _events(world: World, wanted: int, query: str = "after=0") -> list[dict[str, Any]]:
    """The first lines of traffic."""
    lines: list[dict[str, Any]] = []
    url = f"{world.service.endpoint}/dashboard/api/live?{query}"
    timeout = ClientTimeout(PATIENCE)
    async with world.http.get(url, headers={"Cookie": world.cookie}, timeout=timeout) as response:
        assert response.content_type == "text/event-stream"
        assert "default-src 'self'" in response.headers["Content-Security-Policy"]
        async for raw in response.content:
            if raw.startswith(b'data: {"missed"'):
                lines += json.loads(raw.removeprefix(b"data: "))["lines"]
            if len(lines) >= wanted:
                return lines
    raise AssertionError(lines)


async def test_who_comes_late_sees_what_was(world: World) -> None:
    """And can open each line."""
    async with await join(world.service, user_id="alice") as peer:
        await peer.say({"type": "event", "event": "greet", "dataType": "text", "data": "hi"})
        await peer.frame()
        lines = await _events(world, 10)
    raised = next(line for line in lines if line["title"] == "Event greet")
    assert (raised["user"], raised["text"]) == ("alice", "hi")
    opened = (await world.get(f"/dashboard/api/entry?id={raised['id']}")).json
    assert opened["payload"]["text"] == "hi"
    assert (await world.get("/dashboard/api/entry?id=99999")).status == 404
    for wrong in ("x", "-1", "1" * 30):
        assert (await world.get(f"/dashboard/api/entry?id={wrong}")).status == 400
        assert (await world.get(f"/dashboard/api/connections?limit={wrong}")).status == 400


async def test_a_page_of_an_earlier_start_begins_anew(world: World) -> None:
    """The numbers of its lines are of another list; a page of this start goes on where it was."""
    start = (await world.get("/dashboard/api/state")).json["start"]
    async with await join(world.service, user_id="alice"):
        pass
    [first, *_] = await _events(world, 1, "after=2&start=another")
    assert first["id"] == 1
    [third, *_] = await _events(world, 1, f"after=2&start={start}")
    assert third["id"] == 3


async def test_a_refusal_is_explained(world: World) -> None:
    """With its checks in order."""
    refused = await world.get(
        "/client/hubs/chat?access_token=x.y.z",
        {
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
        },
    )
    assert refused.status == 401
    lines = await _events(world, 2)
    line = next(one for one in lines if one.get("code"))
    shown = (await world.get(f"/dashboard/api/entry?id={line['id']}")).json["refusal"]
    assert shown["code"] == line["code"] == "token.malformed"
    assert "passed" in {check["result"] for check in shown["checks"]}


async def test_operations(world: World) -> None:
    """Are carried out as those of the application, as a flow of their own."""
    async with await join(world.service, user_id="alice") as peer:
        await peer.frame()
        [session] = world.service.hubs.hub("chat").sessions.values()
        one = {"hub": "chat", "connectionId": session.connection_id}
        done = await world.post("operation", {"do": "join", "group": "g", **one})
        assert (done.status, done.json) == (200, {})
        assert list(session.groups) == ["g"]
        assert (await world.post("operation", {"do": "close", **one})).status == 200
        await until(lambda: not world.service.hubs.session_count)
    gone = await world.post("operation", {"do": "join", "group": "g", **one})
    assert gone.status == 409
    assert "hub.connection.unknown" in gone.json["error"]
    flows = {entry.flow for entry in world.dashboard._recorder.after(0, 1000)}
    assert len(flows) >= 4


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"{", {}, 400),
        (b"{}", {"Content-Type": "text/plain"}, 415),
        (b"[" + b"1," * 1_500_000, {}, 413),
        (b"{}", {"Origin": "http://evil.example.com"}, 403),
    ],
)
async def test_bodies_that_are_refused(
    world: World, body: bytes, headers: dict[str, str], status: int
) -> None:
    """With the reason."""
    answer = await world.post("operation", body, headers)
    assert answer.status == status
    assert answer.json["error"]


@pytest.mark.parametrize("framing", ["Content-Length: 9", "Transfer-Encoding: chunked"])
async def test_a_body_that_breaks_off(
    world: World, caplog: pytest.LogCaptureFixture, framing: str
) -> None:
    """Is no failure of ours, so nothing is logged: neither a lost line nor chunks that are none."""
    host, port = world.host.rsplit(":", 1)
    reader, writer = await asyncio.open_connection(host, port)
    origin = f"Origin: {world.service.endpoint}\r\nCookie: {world.cookie}"
    head = f"Host: {world.host}\r\n{origin}\r\nContent-Type: application/json\r\n{framing}"
    writer.write(f"POST /dashboard/api/operation HTTP/1.1\r\n{head}\r\n\r\nzz\r\n".encode())
    if "chunked" in framing:
        assert b" 400 " in await asyncio.wait_for(reader.readline(), PATIENCE)
    writer.transport.abort()
    for _ in range(3):
        assert (await world.get("/dashboard/api/state")).status == 200
    assert not [record for record in caplog.records if record.exc_info]


async def test_urls_and_tokens(world: World) -> None:
    """A URL that is made is good for a client, and the inspector says so."""
    url = (await world.post("client-url", {"hub": "chat", "userId": "bob"})).json["url"]
    found = (await world.post("token", {"token": url, "hub": "chat", "host": world.host})).json
    assert (found["valid"], found["user"]) == (True, "bob")
    async with world.http.ws_connect(url) as socket:
        await socket.send_str("hi")
        assert await socket.receive_str(timeout=PATIENCE) == "hi"


async def test_clearing(world: World) -> None:
    """Forgets what was seen."""
    async with await join(world.service):
        await until(lambda: world.dashboard._recorder.last_id)
        assert (await world.post("clear", {})).status == 200
    first = world.dashboard._recorder.first_id
    assert first > 1


async def test_open_pages_do_not_hold_the_service_up(world: World) -> None:
    """They are let go when it stops; and nobody looks any more."""
    following = asyncio.create_task(_events(world, 10_000))
    await until(lambda: world.dashboard._recorder._waiting)
    await asyncio.wait_for(world.service.stop(), PATIENCE)
    with pytest.raises(AssertionError):
        await following
    assert world.service.point.observer is None


async def test_a_fault_of_the_page_is_no_fault_of_the_service(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is logged, and says nothing of its insides."""

    def fail(*_: object) -> None:
        raise RuntimeError("inside")

    monkeypatch.setattr("webpubsub.dashboard.dashboard.state", fail)
    answer = await world.get("/dashboard/api/state")
    assert answer.status == 500
    assert "inside" not in answer.text
    assert "RuntimeError: inside" in caplog.text
