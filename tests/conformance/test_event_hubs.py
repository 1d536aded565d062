"""Events reach an event hub through the official SDK, over AMQP on the loopback.

Specification: upstream-events section 16.
"""

import asyncio
from typing import Any

import pytest

from tests.conformance.amqp_peer import AmqpPeer, amqp_peer
from tests.service.listeners.events import system_event, user_event
from tests.service.wire import join_and_listen, sessions, until
from webpubsub.protocol.messages import DataType
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventHubTarget,
    EventListenerSettings,
    HubSettings,
    UserEvents,
)
from webpubsub.service.listeners.event_hubs import EventHub
from webpubsub.service.listeners.listeners import Listeners
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

pytestmark = pytest.mark.conformance


def event_hub(port: int) -> EventHubTarget:
    """The event hub ``events`` of an emulator on this port."""
    return EventHubTarget(
        event_hub_name="events",
        connection_string=f"Endpoint=sb://127.0.0.1:{port};SharedAccessKeyName=name;"
        "SharedAccessKey=a2V5;UseDevelopmentEmulator=true;",
    )


def settings_of(peer: AmqpPeer) -> AllHubSettings:
    """Everything of hub ``chat`` goes to the peer."""
    everything = EventFilter(
        user_events=UserEvents(every=True), system_events=frozenset(("connected", "disconnected"))
    )
    listener = EventListenerSettings(events=everything, target=event_hub(peer.port))
    return AllHubSettings({"chat": HubSettings(event_listeners=(listener,))})


def listeners_of(peer: AmqpPeer) -> Listeners:
    """The listeners of these settings."""
    return Listeners(settings_of(peer))


def text(properties: Any) -> dict[str, str]:
    """Application properties, whose text the SDK's codec leaves encoded."""
    return {name.decode(): value.decode() for name, value in properties.items()}


async def test_an_event_is_a_message_of_cloud_events() -> None:
    """Body, content type, message id, partition key and properties are on the wire."""
    async with amqp_peer() as peer:
        listeners = listeners_of(peer)
        await listeners.start()
        assert listeners.tell(
            user_event("hi", b"\x00\xff", DataType.BINARY, {"Key": " v "}, user_id="zoë")
        )
        await listeners.stop()
    assert peer.authorized == {f"sb://127.0.0.1:{peer.port}/events"}
    [(batch, message)] = peer.messages
    assert batch.message_annotations == {b"x-opt-partition-key": b"c1"}
    assert message.properties.message_id == b"c1/2"
    assert message.properties.content_type == b"application/octet-stream"
    assert b"".join(message.data) == b"\x00\xff"
    properties = text(message.application_properties)
    assert properties["cloudEvents:type"] == "azure.webpubsub.user.hi"
    assert properties["cloudEvents:userid"] == "zoë"
    assert properties["x-webpubsub-metadata-key"] == " v "
    assert len(properties) == 12


async def test_many_events_arrive_in_the_order_of_their_connections() -> None:
    """All of them before the end, in fewer batches than events."""
    async with amqp_peer() as peer:
        listeners = listeners_of(peer)
        for number in range(300):
            listeners.tell(user_event(connection_id=f"c{number % 3}", event_id=number))
        listeners.tell(system_event("disconnected", connection_id="c0", event_id=300))
        await listeners.stop()
    ids = [message.properties.message_id.decode() for _, message in peer.messages]
    for name in ("c0", "c1", "c2"):
        own = [int(one.partition("/")[2]) for one in ids if one.startswith(f"{name}/")]
        assert own == sorted(own)
    assert len(ids) == 301
    assert len(peer.batches) < 20


async def test_the_end_does_not_wait_for_an_event_hub_that_is_gone(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """What could not be sent is lost, and the log says so, without the key."""
    async with amqp_peer() as peer:
        pass
    listeners = listeners_of(peer)
    await listeners.start()
    assert listeners.tell(user_event())
    async with asyncio.timeout(10):
        await listeners.stop(0.2)
    assert "events for the listener 'events' are being lost: the service stops" in caplog.text
    assert "a2V5" not in caplog.text


@pytest.mark.parametrize("gone", [False, True], ids=["reachable", "gone"])
async def test_a_client_of_a_hub_that_has_only_a_listener(gone: bool) -> None:
    """Its event succeeds, whether or not the event hub can be reached; the event hub is told of
    everything but connect."""
    async with amqp_peer() as peer:
        if gone:
            await peer.leave()
        settings = ServiceSettings(port=0, stop_timeout=0.1 if gone else 5.0)
        async with Service(settings, hub_settings=settings_of(peer)) as service:
            client, connection_id = await join_and_listen(service, user_id="alice")
            async with client:
                await client.say({"type": "event", "event": "hi", "ackId": 1, "data": {"n": 1}})
                assert await client.hear() == {"type": "ack", "ackId": 1, "success": True}
            await until(lambda: sessions(service) == 0)
    told = [
        (text(message.application_properties)["cloudEvents:eventname"], b"".join(message.data))
        for _, message in peer.messages
    ]
    events = [("connected", b"{}"), ("hi", b'{"n": 1}'), ("disconnected", b'{"reason":""}')]
    assert told == ([] if gone else events)
    keys = [batch.message_annotations[b"x-opt-partition-key"] for batch, _ in peer.messages]
    assert {*keys} <= {connection_id.encode()}


async def test_nothing_is_left_open() -> None:
    """A hub that was used and closed can be used again."""
    async with amqp_peer() as peer:
        hub = EventHub(event_hub(peer.port))
        for number in range(2):
            await hub.send([user_event(event_id=number)])
            await hub.close()
    assert [message.properties.message_id for _, message in peer.messages] == [b"c1/0", b"c1/1"]
