"""An app with its service in the same process, with its functions in another one, and with a
service apart that calls its webhook."""

import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path

import aiohttp
import pytest

from tests.cli.apps import write_settings
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.service.hub_settings.model import (
    SYSTEM_EVENTS,
    EventFilter,
    EventHandlerSettings,
    HubSettings,
    UserEvents,
)
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

SERVICE_KEY = "a-key-of-the-service-that-is-long-enough"


@asynccontextmanager
async def started(folder: Path, workers: int | None = None) -> AsyncIterator[LocalApp]:
    """The app on free ports, stopped afterwards."""
    app = LocalApp(Place(folder=folder, port=0, service_port=0, workers=workers))
    await app.start()
    try:
        yield app
    finally:
        await app.stop()


@asynccontextmanager
async def started_elsewhere(
    folder: Path, *, route: str | None = None, settings: Mapping[str, str] = {}
) -> AsyncIterator[LocalApp]:
    """The app with a service apart, which delivers the events of the hub ``room`` to the webhook,
    or to the HTTP function with this route.

    ``settings`` take the place of the service's connection string; ``{endpoint}`` in them is where
    the service is.
    """
    service = Service(
        ServiceSettings(port=0, access_keys=(SERVICE_KEY,), accept_unvalidated_entra_tokens=True)
    )
    await service.start()
    given = settings or {"WebPubSubConnectionString": service.connection_string}
    write_settings(
        folder, **{name: text.format(endpoint=service.endpoint) for name, text in given.items()}
    )
    try:
        async with started(folder) as app:
            assert not app.serves_clients
            url = f"http://localhost:{app.http.port}/api/{route}" if route else app.webhook_url
            service.hub_settings.replace(delivering_to(url, "room"))
            yield app
    finally:
        await service.stop()


async def client_url(session: aiohttp.ClientSession, app: LocalApp, user: str) -> str:
    """What the app's own negotiate function answers."""
    address = f"http://127.0.0.1:{app.http.port}/api/negotiate?user={user}"
    async with session.get(address) as answer:
        assert answer.status == 200
        url = json.loads(await answer.text())["url"]
        assert isinstance(url, str)
        return url


def delivering_to(url: str, hub: str) -> Mapping[str, HubSettings]:
    """All events of a hub go there."""
    events = EventFilter(user_events=UserEvents(every=True), system_events=frozenset(SYSTEM_EVENTS))
    handler = EventHandlerSettings(url_template=url, events=events)
    return {hub: HubSettings(event_handlers=(handler,))}


EDGES = pytest.mark.parametrize(
    "edge",
    [started, partial(started, workers=1), started_elsewhere],
    ids=["in-process", "worker", "webhook"],
)
Edge = Callable[[Path], AbstractAsyncContextManager[LocalApp]]
