"""The two service clients of the official Python SDK, to be called in one way."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from azure.messaging.webpubsubservice import WebPubSubServiceClient
from azure.messaging.webpubsubservice.aio import (
    WebPubSubServiceClient as AsyncWebPubSubServiceClient,
)

from webpubsub.service.service import Service

HUB = "conformance"


class Threaded:
    """The synchronous client with the methods of the asynchronous one: each call is made in a
    thread."""

    def __init__(self, client: WebPubSubServiceClient) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return partial(asyncio.to_thread, getattr(self._client, name))

    async def list_connections(self, **options: Any) -> AsyncIterator[Any]:
        for one in await asyncio.to_thread(lambda: [*self._client.list_connections(**options)]):
            yield one


@asynccontextmanager
async def asynchronous(service: Service) -> AsyncIterator[Any]:
    """The asynchronous client, pointed at a service by its connection string."""
    async with AsyncWebPubSubServiceClient.from_connection_string(
        service.connection_string, hub=HUB
    ) as client:
        yield client


@asynccontextmanager
async def synchronous(service: Service) -> AsyncIterator[Any]:
    """The synchronous client likewise."""
    with WebPubSubServiceClient.from_connection_string(
        service.connection_string, hub=HUB
    ) as client:
        yield Threaded(client)


CLIENTS: Mapping[str, Any] = {"async": asynchronous, "sync": synchronous}
