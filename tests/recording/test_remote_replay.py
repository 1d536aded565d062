"""Replays against a service elsewhere, which shows clients what it does and nobody else."""

import asyncio
from typing import Any

import pytest

from tests.recording.handlers import Greeter
from tests.recording.protocols import recording_of
from tests.recording.recorded import kinds, recording
from tests.recording.test_clients import PROTOCOLS
from webpubsub.protocol.events import UserEventRequest
from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.operations import CloseConnection
from webpubsub.protocol.outcomes import EventOutcome
from webpubsub.recording.comparison import differences
from webpubsub.recording.remote_replay import RemoteReplay
from webpubsub.recording.views import seen_by_clients
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

KEY = "another-key-that-is-long-enough-for-it"
PAUSE = 0.05


async def replayed(before: list[dict[str, Any]], greeter: Greeter) -> RemoteReplay:
    """A replay against a service with this application."""
    async with Service(ServiceSettings(port=0, access_keys=(KEY,)), greeter) as service:
        replay = RemoteReplay(service.endpoint, KEY, pause=PAUSE)
        await replay.run(before)
        return replay


async def test_the_same_application_makes_no_difference() -> None:
    """For clients who are let in, and for one who is not."""
    before = await recording()
    again = await replayed(before, Greeter())
    assert differences(seen_by_clients(before), again.entries) == []
    assert again.requests == 4
    [refused] = kinds(again.entries, "goodbye")
    assert refused["value"] == "turned away with status 401"


@pytest.mark.parametrize("subprotocol", PROTOCOLS)
async def test_clients_of_every_protocol(subprotocol: str) -> None:
    """What one that comes back was told twice, it is told once."""
    before = await recording_of(subprotocol)
    again = await replayed(before, Greeter())
    assert differences(seen_by_clients(before), again.entries) == []
    assert len(kinds(again.entries, "message")) == 2
    assert len(kinds(again.entries, "told")) == 3
    assert "{client 1}" in str(kinds(again.entries, "message")[1]["value"])


async def test_another_application_does() -> None:
    """Each client sees what is for it."""
    before = await recording()
    again = await replayed(before, Greeter("good day"))
    found = differences(seen_by_clients(before), again.entries)
    assert {one.what for one in found} == {
        "client 1 (alice): messages it got",
        "client 2 (bob): messages it got",
    }
    assert all("good day" in "".join(one.lines) for one in found)


async def test_who_is_let_in_now() -> None:
    """Differs from who was."""
    before = await recording()
    for entry in kinds(before, "connect"):
        entry["claims"] = {"sub": ["mallory"]} if entry["user"] == "alice" else entry["claims"]
    again = await replayed(before, Greeter())
    found = {one.what: one.lines for one in differences(seen_by_clients(before), again.entries)}
    assert found["client 1 (alice): how it ended"] == ["+ turned away with status 401"]


class Slow(Greeter):
    """Takes longer to answer than there is a pause."""

    async def handle(self, event: ServiceEvent) -> EventOutcome:
        """Answer an event."""
        if isinstance(event, UserEventRequest):
            await asyncio.sleep(4 * PAUSE)
        return await super().handle(event)


async def test_an_ack_is_waited_for() -> None:
    """However long nothing comes meanwhile."""
    before = await recording_of(PROTOCOLS[0])
    again = await replayed(before, Slow())
    assert differences(seen_by_clients(before), again.entries) == []


class Closing(Greeter):
    """Closes the connection of whoever says something."""

    service: Service

    async def handle(self, event: ServiceEvent) -> EventOutcome:
        """Answer an event."""
        if isinstance(event, UserEventRequest):
            context = event.connection_context
            close = CloseConnection(hub=context.hub, connection_id=context.connection_id)
            await self.service.hubs.perform(close)
        return await super().handle(event)


async def test_an_ack_that_cannot_come_is_not_waited_for() -> None:
    """A client that is gone gets none, and asks for nothing more."""
    before = await recording_of(PROTOCOLS[0])
    [event] = [one for one in kinds(before, "request") if one["request"]["type"] == "SendEvent"]
    closing = Closing()
    before = [*before[: before.index(event)], event, {**event, "step": event["step"] + 1}]
    async with Service(ServiceSettings(port=0, access_keys=(KEY,)), closing) as service:
        closing.service = service
        again = RemoteReplay(service.endpoint, KEY, pause=PAUSE)
        async with asyncio.timeout(5):
            await again.run(before)
    assert again.requests == len(kinds(before, "request")) - 1
    assert [one["value"] for one in kinds(again.entries, "goodbye")] == [
        "the service has closed the connection"
    ]
