"""Invocations among the other requests of a client.

Specification: client-protocols section 9.2.
"""

from tests.service.connections.test_invocations import answer, invoke
from tests.service.connections.world import CLOSE, World, ack, event, from_server, turns
from tests.service.fakes import client_frame, close_payload


async def test_events_hold_back_invocations() -> None:
    """An invocation behind an event waits for the event's answer, as everything does."""
    world = World()
    assert await world.send(event("slow", "first", 1), invoke("1")) == []
    world.application.gate.set()
    await turns()
    assert world.answers() == [from_server("first"), ack(1), answer("1")]


async def test_losing_the_transport() -> None:
    """Everything that is pending is cancelled."""
    world = World()
    await world.send(invoke("1", "slow"), invoke("2", "slow"))
    await world.lose()
    assert world.application.cancelled == 2


async def test_closing() -> None:
    """A close of the client cancels, too, and so does one of the application."""
    world = World()
    await world.send(invoke("1", "slow"), client_frame(CLOSE, close_payload(1000)))
    assert world.answers() == [close_payload(1000)]
    world = World()
    await world.send(invoke("1", "slow"))
    world.connection.finish("bye")
    await turns()
    assert world.application.cancelled == 1
