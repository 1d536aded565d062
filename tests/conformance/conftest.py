"""A running service for the official clients, on a free port of the loopback address."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
import websocket

from tests.conformance.handlers import EchoApplication
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings


@pytest.fixture
def application() -> EchoApplication:
    """The application behind the service."""
    return EchoApplication()


@pytest.fixture
async def service(application: EchoApplication) -> AsyncIterator[Service]:
    """A service with the echo application behind it."""
    async with Service(ServiceSettings(port=0), application) as running:
        yield running


@pytest.fixture
def left_sockets(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The synchronous client leaves sockets behind that it has lost, and its threads may hold them
    a little longer: here all are closed, so that no later test is told of them."""
    made: list[Any] = []
    connect: Any = websocket.WebSocket.connect

    def remembered(self: Any, *arguments: Any, **options: Any) -> Any:
        made.append(self)
        return connect(self, *arguments, **options)

    monkeypatch.setattr(websocket.WebSocket, "connect", remembered)
    yield
    for one in made:
        one.shutdown()
