"""The invocations of one client, from its request to its answer.

Specification: client-protocols section 9.2.
"""

from typing import Any

import pytest

from tests.service.connections.world import World, turns
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.outcomes import EventFailed, UserEventAccepted

SERVER_ERROR = {"name": "InternalServerError", "message": "Internal server error"}


def invoke(invocation_id: str, name: str = "echo", data: str = "hi") -> dict[str, Any]:
    message = {"type": "invoke", "invocationId": invocation_id, "target": "event", "event": name}
    return {**message, "dataType": "text", "data": data}


def cancel(invocation_id: str) -> dict[str, Any]:
    return {"type": "cancelInvocation", "invocationId": invocation_id}


def answer(invocation_id: str, data: str = "hi") -> dict[str, Any]:
    response = {"type": "invokeResponse", "invocationId": invocation_id, "success": True}
    return {**response, "dataType": "text", "data": data}


def failure(invocation_id: str, error: dict[str, str]) -> dict[str, Any]:
    response = {"type": "invokeResponse", "invocationId": invocation_id}
    return {**response, "success": False, "error": error}


async def test_the_reply_is_the_response() -> None:
    """The application sees a user event; the client gets one response, and no message or ack."""
    world = World(roles=())
    assert await world.send(invoke("1")) == [answer("1")]
    assert world.application.user_events == ["echo"]


async def test_failures() -> None:
    """Whatever the application does wrong is one error, and the connection stays."""
    world = World()
    world.application.answer = EventFailed(status=400, message="secret")
    assert await world.send(invoke("1")) == [failure("1", SERVER_ERROR)]
    world.application.answer = UserEventAccepted()
    success = {"type": "invokeResponse", "invocationId": "1", "success": True}
    assert await world.send(invoke("1")) == [success]
    world.application.answer = UserEventAccepted(reply=Message(DataType.JSON, b"null"))
    assert await world.send(invoke("1")) == [success]
    assert await World(handled=False).send(invoke("1")) == [failure("1", SERVER_ERROR)]


async def test_a_broken_router_is_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours is told to the client like one of the application."""
    world = World()

    async def broken(*_: object) -> None:
        raise RuntimeError("ours")

    monkeypatch.setattr(world.router, "user_event", broken)
    assert await world.send(invoke("1")) == [failure("1", SERVER_ERROR)]


async def test_invocations_overlap() -> None:
    """A slow one holds back nothing, not even one of the same event."""
    world = World()
    assert await world.send(invoke("1", "slow"), invoke("2"), {"type": "ping"}) == [
        {"type": "pong"},
        answer("2"),
    ]
    world.application.gate.set()
    await turns()
    assert world.answers()[-1] == answer("1")


async def test_a_pending_id_is_refused() -> None:
    """The second request under an id fails, and the first is still answered."""
    world = World()
    (refused,) = await world.send(invoke("1", "slow"), invoke("1"))
    assert (refused["success"], refused["error"]["name"]) == (False, "BadRequest")
    world.application.gate.set()
    await turns()
    assert world.answers()[1:] == [answer("1")]


async def test_cancelling() -> None:
    """A cancelled invocation is cancelled at the application and never answered; its id is free."""
    world = World()
    assert await world.send(invoke("1", "slow"), cancel("1"), cancel("1"), cancel("x")) == []
    world.application.gate.set()
    await turns()
    assert world.answers() == []
    assert await world.send(invoke("1")) == [answer("1")]


async def test_cancelling_what_has_begun() -> None:
    """The application's work is cancelled, not only its answer thrown away."""
    world = World()
    await world.send(invoke("1", "slow"))
    await world.send(cancel("1"))
    assert world.application.cancelled == 1
    assert world.answers() == []


async def test_a_message_without_data_reaches_the_application() -> None:
    """It is an empty text."""
    world = World()
    message = invoke("1")
    del message["data"], message["dataType"]
    await world.send(message)
    (request,) = (one for one in world.application.events if isinstance(one, UserEventRequest))
    assert request.message == Message(DataType.TEXT, b"")
