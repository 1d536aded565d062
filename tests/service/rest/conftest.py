"""A running REST API for the tests of this folder."""

from collections.abc import AsyncIterator

import pytest

from tests.service.rest.world import World, running_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """A REST API with real hubs."""
    async with running_world() as running:
        yield running
