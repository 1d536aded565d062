"""Events into an event hub: what each message holds, and which go together.

Specification: upstream-events section 16.
"""

import subprocess
import sys
from contextlib import AsyncExitStack
from typing import Any

import pytest
from azure.eventhub import EventDataBatch

from tests.service.listeners.events import system_event, user_event
from webpubsub.protocol.listener_events import listener_event
from webpubsub.protocol.messages import DataType
from webpubsub.service.hub_settings.model import EventHubTarget
from webpubsub.service.listeners.event_hubs import EventHub, event_data, sdk_producer
from webpubsub.service.listeners.target import ListenerError, Undelivered

CONNECTION_STRING = (
    "Endpoint=sb://localhost;SharedAccessKeyName=name;SharedAccessKey=a2V5;"
    "UseDevelopmentEmulator=true;"
)
SETTINGS = EventHubTarget(event_hub_name="events", connection_string=CONNECTION_STRING)


class Producer:
    """Makes batches as the SDK does, and remembers those that are sent."""

    def __init__(self, max_size: int = 1024 * 1024, failures: int = 0) -> None:
        self.max_size = max_size
        self.failures = failures
        self.sent: list[tuple[str, list[str]]] = []
        self.made = 0
        self.closed = 0

    def __call__(self, settings: EventHubTarget, to_close: AsyncExitStack) -> "Producer":
        assert settings is SETTINGS
        self.made += 1
        to_close.push_async_callback(self.close)
        return self

    async def create_batch(self, *, partition_key: str) -> EventDataBatch:
        return EventDataBatch(max_size_in_bytes=self.max_size, partition_key=partition_key)

    async def send_batch(self, event_data_batch: Any, *, timeout: float) -> None:  # noqa: ASYNC109
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the broker\nis down")
        assert 0 < timeout <= 60
        assert len(event_data_batch) > 0
        ids = [event.message_id for event in event_data_batch._internal_events]
        self.sent.append((event_data_batch._partition_key, ids))

    async def close(self) -> None:
        self.closed += 1


def test_a_message_is_a_cloud_event() -> None:
    """The payload is the body, the attributes are properties with a prefix, all of them text."""
    event = user_event(
        "hi", b"[1]", DataType.JSON, {"Key": " v, w "}, user_id="alice", connection_state="e30="
    )
    data = event_data(listener_event(event))
    assert b"".join(data.body) == b"[1]"  # type: ignore[arg-type]  # one of its many types
    assert (data.message_id, data.content_type) == ("c1/2", "application/json")
    assert data.properties == {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:awpsversion": "1.0",
        "cloudEvents:type": "azure.webpubsub.user.hi",
        "cloudEvents:source": "/hubs/chat/client/c1",
        "cloudEvents:id": "2",
        "cloudEvents:time": "1970-01-01T00:00:00Z",
        "cloudEvents:hub": "chat",
        "cloudEvents:eventname": "hi",
        "cloudEvents:connectionid": "c1",
        "cloudEvents:userid": "alice",
        "cloudEvents:connectionstate": "e30=",
        "cloudEvents:datacontenttype": "application/json",
        "x-webpubsub-metadata-key": " v, w ",
    }


async def test_the_events_of_a_connection_go_together() -> None:
    """In order, with the connection as partition key; the producer is made once."""
    producer = Producer()
    hub = EventHub(SETTINGS, producer)
    await hub.send(
        [
            system_event("connected", event_id=1),
            user_event(event_id=1, connection_id="c2"),
            user_event(event_id=2),
        ]
    )
    await hub.send([user_event(event_id=3)])
    await hub.close()
    assert producer.sent == [("c1", ["c1/1", "c1/2"]), ("c2", ["c2/1"]), ("c1", ["c1/3"])]
    assert (producer.made, producer.closed) == (1, 1)


async def test_what_does_not_fit_goes_into_the_next_batch() -> None:
    """No event is lost because another was large."""
    producer = Producer(max_size=2000)
    events = [user_event(data=b"x" * 900, event_id=number) for number in range(3)]
    await EventHub(SETTINGS, producer).send(events)
    assert producer.sent == [("c1", ["c1/0"]), ("c1", ["c1/1"]), ("c1", ["c1/2"])]


async def test_an_event_that_fits_nowhere_is_lost_alone() -> None:
    """What is before and after it arrives."""
    producer = Producer(max_size=2000)
    events = [user_event(data=b"x" * size, event_id=size) for size in (1, 3000, 2, 4000, 3)]
    with pytest.raises(Undelivered, match="they are larger than the event hub accepts") as caught:
        await EventHub(SETTINGS, producer).send(events)
    assert caught.value.count == 2
    assert [one for _, ids in producer.sent for one in ids] == ["c1/1", "c1/2", "c1/3"]


async def test_a_failure_is_told_in_one_line() -> None:
    """With how many are lost; the next time may succeed with the same producer."""
    producer = Producer(failures=1)
    hub = EventHub(SETTINGS, producer)
    with pytest.raises(Undelivered) as caught:
        await hub.send([user_event(connection_id=name) for name in ("c1", "c2")])
    assert str(caught.value) == "ConnectionError: the broker is down"
    assert caught.value.count == 2
    await hub.send([user_event()])
    assert producer.made == 1


async def test_without_the_extra_it_is_said_what_to_install(monkeypatch: Any) -> None:
    """At the start, and again when an event would be sent."""
    monkeypatch.setitem(sys.modules, "azure.eventhub.aio", None)
    hub = EventHub(SETTINGS)
    message = "the event listener 'events' needs more packages: pip install 'webpubsub[eventhubs]'"
    with pytest.raises(ListenerError) as caught:
        await hub.check()
    assert str(caught.value) == message
    with pytest.raises(Undelivered) as lost:
        await hub.send([user_event()])
    assert (str(lost.value), lost.value.count) == (message, 1)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "nonsense",
        "Endpoint=sb://h;SharedAccessKeyName=n;UseDevelopmentEmulator=true",
        "k=secret;k",
    ],
)
async def test_a_connection_string_that_cannot_be_used(wrong: str) -> None:
    """Is refused before anything is connected, and not shown."""
    hub = EventHub(EventHubTarget(event_hub_name="events", connection_string=wrong))
    with pytest.raises(ListenerError, match="of the event hub 'events' cannot be used") as caught:
        await hub.check()
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        SETTINGS,
        EventHubTarget(
            event_hub_name="events", fully_qualified_namespace="x.servicebus.windows.net"
        ),
    ],
    ids=["connection string", "namespace"],
)
async def test_the_sdk_takes_both_kinds_of_settings(settings: EventHubTarget) -> None:
    """A namespace is entered with an identity; whatever is made is closed again."""
    await EventHub(settings).check()
    async with AsyncExitStack() as to_close:
        producer: Any = sdk_producer(settings, to_close)
        assert producer.eventhub_name == "events"
        host = settings.fully_qualified_namespace or "localhost"
        assert producer._address.hostname == host


def test_the_sdk_is_imported_only_for_an_event_hub() -> None:
    """The service starts without it, and sooner."""
    probe = (
        "import sys, webpubsub.service.service, webpubsub.service.listeners.listeners\n"
        "print({'azure.eventhub', 'azure.identity'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, timeout=30, check=True
    )
    assert done.stdout == "set()\n"
