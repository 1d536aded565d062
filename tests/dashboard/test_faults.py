"""What can be made to go wrong from the page."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.dashboard.world import World, running_world
from tests.service.wire import App, join_and_listen, until
from webpubsub.dashboard.lines.line import line

ONE = {"connectionId": "?"}


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Somebody who has come in."""
    async with running_world(App()) as running:
        await running.come_in()
        yield running


def _lines(world: World) -> list[tuple[str, str]]:
    """The faults in the traffic, and whose they are."""
    recorder = world.dashboard._recorder
    lines = [line(entry, recorder.users) for entry in recorder.after(0, 1000)]
    return [(one.title, one.connection) for one in lines if one.kind == "fault"]


async def _active(world: World) -> list[tuple[str, str]]:
    """What the page shows as wrong now."""
    faults = (await world.get("/dashboard/api/state")).json["faults"]
    assert faults["total"] == len(faults["active"])
    return [(one["fault"], one["connection"]) for one in faults["active"]]


@pytest.mark.parametrize(
    ("command", "fault", "stays"),
    [
        ({"do": "drop", **ONE}, "drop", False),
        ({"do": "freeze", **ONE}, "freeze", True),
        ({"do": "thaw", **ONE}, "thaw", False),
        ({"do": "delay", **ONE, "seconds": 0.5}, "delay", True),
        ({"do": "delay", **ONE, "seconds": 0}, "delay", False),
        ({"do": "duplicate", **ONE}, "duplicate", True),
        ({"do": "loseAck", **ONE}, "lose_ack", True),
        ({"do": "fail", "event": "message", "status": 503}, "fail", True),
        ({"do": "expireTokens"}, "expire_tokens", True),
        ({"do": "recycle"}, "recycle", False),
    ],
    ids=lambda value: value["do"] if isinstance(value, dict) else "",
)
async def test_faults(world: World, command: dict[str, Any], fault: str, stays: bool) -> None:
    """Each is a line of the traffic, and is shown as long as it lasts or until all is cleared."""
    peer, connection_id = await join_and_listen(world.service, user_id="alice")
    async with peer:
        whose = connection_id if "connectionId" in command else ""
        if whose:
            command = {**command, "connectionId": connection_id}
        done = await world.post("fault", command)
        assert (done.status, done.json) == (200, {})
        await until(lambda: _lines(world) == [(f"Fault: {fault}", whose)])
        assert await _active(world) == ([(fault, whose)] if stays else [])
        assert (await world.post("fault", {"do": "clear"})).status == 200
        assert await _active(world) == []
        assert (("Fault: clear", "") in _lines(world)) == stays


@pytest.mark.parametrize(
    ("body", "status", "why"),
    [
        (b"", 400, "no fault"),
        (b"\xff", 400, "no fault"),
        (b"[]", 400, "no fault"),
        ({"do": "explode"}, 400, "explode"),
        ({"do": "drop"}, 400, "connectionId"),
        ({"do": "drop", "connectionId": ""}, 400, "connectionId"),
        ({"do": "drop", "connectionId": "x" * 300}, 400, "connectionId"),
        ({"do": "drop", "connectionId": "nobody"}, 409, "no connection 'nobody'"),
        ({"do": "freeze", "connectionId": "nobody"}, 409, "no connection 'nobody'"),
        ({"do": "thaw", "connectionId": "nobody"}, 409, "no connection 'nobody'"),
        ({"do": "duplicate", "connectionId": "nobody"}, 409, "no connection 'nobody'"),
        ({"do": "loseAck", "connectionId": "nobody"}, 409, "no connection 'nobody'"),
        ({"do": "delay", "connectionId": "nobody", "seconds": 1}, 409, "no connection 'nobody'"),
        ({"do": "delay", "connectionId": "c"}, 400, "seconds"),
        ({"do": "delay", "connectionId": "c", "seconds": -1}, 400, "seconds"),
        ({"do": "delay", "connectionId": "c", "seconds": 1e300}, 400, "seconds"),
        (b'{"do": "delay", "connectionId": "c", "seconds": NaN}', 400, "no fault"),
        ({"do": "fail"}, 400, "event"),
        ({"do": "fail", "event": " "}, 400, "' ' is not the name of an event"),
        ({"do": "fail", "event": "message", "status": 200}, 400, "status"),
        ({"do": "fail", "event": "message", "status": "no"}, 400, "status"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_said(world: World, body: Any, status: int, why: str) -> None:
    """In one line, and nothing goes wrong."""
    answer = await world.post("fault", body)
    assert answer.status == status
    assert why in answer.json["error"]
    assert "\n" not in answer.json["error"]
    assert (_lines(world), await _active(world)) == ([], [])


async def test_failures_to_come_are_bounded(world: World) -> None:
    """And the page is told how to go on."""
    for _ in range(100):
        world.service.faults.fail_next("message")
    answer = await world.post("fault", {"do": "fail", "event": "message"})
    assert (answer.status, "clear them first" in answer.json["error"]) == (409, True)
    shown = (await world.get("/dashboard/api/state")).json["faults"]
    assert (shown["total"], len(shown["active"])) == (100, 50)


async def test_other_pages_inject_nothing(world: World) -> None:
    """Nor does anybody without the cookie."""
    foreign = await world.post("fault", {"do": "recycle"}, {"Origin": "http://evil.example.com"})
    world.cookie = ""
    stranger = await world.post("fault", {"do": "recycle"})
    assert (foreign.status, stranger.status) == (403, 401)
    assert _lines(world) == []
