"""Worlds that tests make without pytest."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from webpubsub.service.settings import ServiceSettings
from webpubsub.testing.plans import Plan
from webpubsub.testing.world import World

APPS = Path(__file__).parent / "apps"
ROOM = APPS / "room"
JOINING = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")


@asynccontextmanager
async def a_world(app: Path | None = ROOM, **rest: Any) -> AsyncIterator[World]:
    """A world for the length of a block; what is given besides is for the service."""
    hubs, sockets = rest.pop("hubs", {}), rest.pop("sockets", False)
    world = World(Plan(app=app, hubs=hubs, service=ServiceSettings(**rest), sockets=sockets))
    await world.start()
    try:
        yield world
    finally:
        await world.stop()
