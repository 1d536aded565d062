"""A running service for the official clients, on a free port of the loopback address."""

import gc
import warnings
from collections.abc import AsyncIterator, Iterator

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


@pytest.fixture
def left_sockets() -> Iterator[None]:
    """The synchronous client leaves the socket behind that it has lost: here it is collected, so
    that no later test is told of it."""
    yield
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
