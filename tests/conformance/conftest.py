"""A running service for the official clients, on a free port of the loopback address."""

from collections.abc import AsyncIterator

import pytest

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
