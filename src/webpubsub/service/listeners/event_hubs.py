"""Events into an event hub of Azure Event Hubs, or of its local emulator.

The official SDK speaks AMQP; it is an extra, and imported when the first event hub is used. Events
of one connection share a partition key, which is what keeps them in order. Specification:
upstream-events section 16.
"""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.listener_events import ListenerEvent, listener_event
from webpubsub.service.hub_settings.model import EventHubTarget
from webpubsub.service.listeners.target import ListenerError, Undelivered

if TYPE_CHECKING:
    from azure.eventhub import EventData

_PROPERTY_PREFIX = "cloudEvents:"
#: How long one batch may take, retries included, in seconds.
_SEND_TIMEOUT = 30.0
_SDK = ("azure.eventhub.aio", "azure.identity.aio")


class Producer(Protocol):
    """What is used of the SDK's EventHubProducerClient."""

    async def create_batch(self, *, partition_key: str) -> Any:
        """An empty batch, whose ``add`` raises ValueError when an event does not fit."""

    async def send_batch(self, event_data_batch: Any, *, timeout: float) -> None:  # noqa: ASYNC109
        """Send a batch."""


class EventHub:
    """One event hub, connected to when the first events are sent.

    ``make_producer`` makes the producer, and pushes what has to be closed on the stack.
    """

    def __init__(
        self,
        settings: EventHubTarget,
        make_producer: Callable[[EventHubTarget, AsyncExitStack], Producer] | None = None,
    ) -> None:
        self._settings = settings
        self._make_producer = make_producer or sdk_producer
        self._producer: Producer | None = None
        self._to_close = AsyncExitStack()

    @property
    def name(self) -> str:
        """The name of the event hub."""
        return f"'{self._settings.event_hub_name}'"

    async def check(self) -> None:
        """Raise ListenerError when the SDK is missing or refuses the settings; nothing is connected
        yet."""
        await self._connected()
        await self.close()

    async def send(self, events: Sequence[AnyEventRequest]) -> None:
        """Send events, those of each connection as batches of their own.

        After a failure, which the SDK has tried to mend already, the rest is not tried: it would
        take as long and fail, too.
        """
        left = len(events)
        too_large = 0
        try:
            producer = await self._connected()
            for group in _by_connection(events):
                too_large += await _send_group(producer, group)
                left -= len(group)
        except ListenerError as problem:
            raise Undelivered(left + too_large, str(problem)) from None
        except Exception as error:
            why = f"{type(error).__name__}: {' '.join(str(error).split())}"
            raise Undelivered(left + too_large, why) from error
        if too_large:
            raise Undelivered(too_large, "they are larger than the event hub accepts")

    async def close(self) -> None:
        """Close the connection, if there is one."""
        self._producer = None
        await self._to_close.aclose()

    async def _connected(self) -> Producer:
        if self._producer is None:
            if self._make_producer is sdk_producer:
                await asyncio.to_thread(_load_sdk, self.name)
            self._producer = self._make_producer(self._settings, self._to_close)
        return self._producer


def sdk_producer(settings: EventHubTarget, to_close: AsyncExitStack) -> Producer:
    """The SDK's producer for these settings, not connected yet.

    A namespace is entered with the identity of the process, as the chain of
    ``DefaultAzureCredential`` finds it. Raises ListenerError for an unusable connection string.
    """
    from azure.eventhub.aio import EventHubProducerClient
    from azure.identity.aio import DefaultAzureCredential

    if settings.fully_qualified_namespace is not None:
        credential = DefaultAzureCredential()
        to_close.push_async_callback(credential.close)
        client = EventHubProducerClient(
            settings.fully_qualified_namespace, settings.event_hub_name, credential
        )
    else:
        try:
            client = EventHubProducerClient.from_connection_string(
                settings.connection_string or "", eventhub_name=settings.event_hub_name
            )
        except ValueError:
            # The SDK's own words could show the key.
            raise ListenerError(
                f"the connection string of the event hub '{settings.event_hub_name}' cannot be "
                "used: expected Endpoint=sb://HOST;SharedAccessKeyName=NAME;SharedAccessKey=KEY;"
                "UseDevelopmentEmulator=true;"
            ) from None
    to_close.push_async_callback(client.close)
    return client


def event_data(event: ListenerEvent) -> "EventData":
    """The event as an AMQP message: CloudEvents 1.0 in binary mode."""
    from azure.eventhub import EventData

    data = EventData(event.body)
    data.message_id = event.message_id
    data.content_type = event.content_type
    properties: dict[str | bytes, Any] = {
        f"{_PROPERTY_PREFIX}{name}": value for name, value in event.attributes.items()
    }
    properties.update(event.metadata)
    data.properties = properties
    return data


def _load_sdk(name: str) -> None:
    try:
        for module in _SDK:
            import_module(module)
    except ImportError:
        raise ListenerError(
            f"the event listener {name} needs more packages: pip install 'webpubsub[eventhubs]'"
        ) from None


def _by_connection(events: Iterable[AnyEventRequest]) -> Iterable[list[ListenerEvent]]:
    groups: dict[str, list[ListenerEvent]] = {}
    for event in events:
        groups.setdefault(event.connection_id, []).append(listener_event(event))
    return groups.values()


async def _send_group(producer: Producer, group: Sequence[ListenerEvent]) -> int:
    """Send events of one connection in as few batches as hold them; how many no batch can hold."""
    too_large = 0
    batch = await producer.create_batch(partition_key=group[0].connection_id)
    for event in group:
        data = event_data(event)
        if _fits(batch, data):
            continue
        if len(batch):
            await producer.send_batch(batch, timeout=_SEND_TIMEOUT)
            batch = await producer.create_batch(partition_key=event.connection_id)
        too_large += not _fits(batch, data)
    if len(batch):
        await producer.send_batch(batch, timeout=_SEND_TIMEOUT)
    return too_large


def _fits(batch: Any, data: "EventData") -> bool:
    try:
        batch.add(data)
    except ValueError:
        return False
    return True
