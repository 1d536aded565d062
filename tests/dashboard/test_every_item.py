"""Every kind of item that passes a point of observation comes of something that really happens, and
the page has a line and details for it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, get_args

import aiohttp
import pytest

from tests.cli.apps import write_app
from tests.service.fakes import client_frame, close_payload
from tests.service.webhooks.servers import Webhook, serving
from tests.service.wire import CLOSE, dial, handshake, join_and_listen, target_of, until
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.dashboard.answers import encoded
from webpubsub.dashboard.connection_users import ConnectionUsers
from webpubsub.dashboard.details import detail
from webpubsub.dashboard.lines.line import line
from webpubsub.dashboard.recorder import UNRECORDED, Entry
from webpubsub.host import observation as host
from webpubsub.host.errors import HostError
from webpubsub.service import observation as service
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventHandlerSettings,
    EventListenerSettings,
    FileTarget,
    HubSettings,
    UserEvents,
)

APP = """
import asyncio
import logging
import azure.functions as func
import webpubsub as wps

app = wps.WebPubSubApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.web_pubsub_trigger(hub="room", event_type="user", event_name="message")
@app.web_pubsub_output(arg_name="actions", hub="room")
def message(request: wps.UserEventRequest, actions: func.Out[wps.Actions]) -> None:
    logging.warning("got it")
    actions.set([wps.SendToAllAction(data="done")])

@app.web_pubsub_trigger(hub="slow", event_type="system", event_name="connect")
async def connect(request: wps.ConnectEventRequest) -> wps.ConnectEventResponse:
    await asyncio.sleep(60)
"""
KINDS = {*get_args(service.Observed), *get_args(host.Observed)}
RELIABLE = "json.reliable.webpubsub.azure.v1"
EVENT = {"type": "event", "event": "message", "dataType": "text", "data": "hello", "ackId": 1}
EVERY_EVENT = EventFilter(user_events=UserEvents(every=True))


class World:
    """An app that is watched from before its start until after its end."""

    def __init__(self, app: LocalApp) -> None:
        self.app = app
        self.service = app.service
        self.seen: list[Any] = []
        self.look_away = app.point.attach(self.seen.append)
        app.service.point.attach(self.seen.append)

    async def wait_for(self, kind: type[Any]) -> None:
        await until(lambda: any(type(one.item) is kind for one in self.seen))


@asynccontextmanager
async def running(folder: Path, webhook: str) -> AsyncIterator[World]:
    settings = AllHubSettings(
        {
            "room": HubSettings(
                event_listeners=(
                    EventListenerSettings(
                        events=EVERY_EVENT, target=FileTarget(path=str(folder / "events"))
                    ),
                )
            ),
            "away": HubSettings(
                event_handlers=(EventHandlerSettings(url_template=webhook, events=EVERY_EVENT),)
            ),
        }
    )
    app = LocalApp(Place(folder=folder, port=0, service_port=0, workers=0), settings)
    world = World(app)
    await app.start()
    try:
        yield world
    finally:
        await app.stop()
        world.look_away()


async def talk(world: World) -> None:
    """A client of a function, and one of a webhook."""
    for hub in ("room", "away"):
        peer, _ = await join_and_listen(world.service, hub=hub)
        async with peer:
            await peer.say(EVENT)
            await peer.hear()
            await peer.send(client_frame(CLOSE, close_payload(1000)))
            await peer.rest()
    await world.wait_for(host.ActionCarriedOut)


async def come_and_go(world: World) -> None:
    """A client that loses its transport, and others that never get in."""
    peer, _ = await join_and_listen(world.service, hub="room", subprotocol=RELIABLE)
    peer.hang_up()
    await world.wait_for(service.SessionDetached)
    for request in (b"nonsense\r\n\r\n", handshake(world.service, "/client/hubs/room")):
        async with await dial(world.service) as stranger:
            await stranger.send(request)
            assert (await stranger.response())[0] in (400, 401)
    async with await dial(world.service) as hasty:
        await hasty.send(handshake(world.service, await target_of(world.service, "slow")))
        await asyncio.sleep(0.05)
    await world.wait_for(service.HandshakeAbandoned)


async def call(world: World) -> None:
    """Whatever comes over HTTP."""
    webhook = f"http://127.0.0.1:{world.app.http.port}/runtime/webhooks/webpubsub"
    async with aiohttp.ClientSession() as http:
        await http.head(f"{world.service.endpoint}/api/health")
        await http.post(webhook)


async def change(world: World, folder: Path) -> None:
    """The app breaks, and something goes wrong on purpose."""
    (folder / "function_app.py").write_text("nonsense", encoding="utf-8")
    with pytest.raises(HostError):
        await world.app.host.reload()
    world.service.faults.fail_next("message")


async def test_each_is_seen_and_can_be_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A kind that nobody produces, or that the page does not know, is one too many."""
    monkeypatch.setattr(os, "environ", os.environ.copy())
    folder = write_app(tmp_path, APP)
    async with serving(Webhook()) as webhook, running(folder, f"{webhook.url}/eh") as world:
        await talk(world)
        await come_and_go(world)
        await call(world)
        await change(world, folder)
        await world.wait_for(service.ListenerSent)
    await world.wait_for(service.SessionEnded)
    assert {type(one.item) for one in world.seen} == KINDS
    users = ConnectionUsers()
    for number, sighting in enumerate(world.seen, start=1):
        if type(sighting.item) not in UNRECORDED:
            entry = Entry(number, sighting)
            assert line(entry, users).title
            assert encoded(detail(entry, users))
