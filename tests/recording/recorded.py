"""A recording of clients that do a little of everything."""

import time
from collections.abc import Sequence
from typing import Any

import aiohttp
import msgspec
import pytest

from tests.recording.handlers import Greeter
from tests.service.wire import sessions, until
from webpubsub.protocol.access_tokens import client_token
from webpubsub.protocol.clients.json import SUBPROTOCOL
from webpubsub.recording.recorder import Recorder
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings


async def recording() -> list[dict[str, Any]]:
    """What is recorded of two clients who talk, and of one who is not let in."""
    entries: list[dict[str, Any]] = []
    async with Service(ServiceSettings(port=0), Greeter()) as service:
        detach = service.point.attach(
            Recorder(lambda text: entries.append(msgspec.json.decode(text)))
        )
        async with aiohttp.ClientSession() as session:
            await _talk(service, session)
        await until(lambda: service.is_idle and not sessions(service))
        detach()
    return entries


async def _talk(service: Service, session: aiohttp.ClientSession) -> None:
    alice = await session.ws_connect(_url(service, "alice"))
    bob = await session.ws_connect(_url(service, "bob"), protocols=[SUBPROTOCOL])
    with pytest.raises(aiohttp.WSServerHandshakeError, match="401"):
        await session.ws_connect(_url(service, "mallory"))
    await alice.send_str("good morning")
    greeting = await alice.receive_str(timeout=10)
    own_id = greeting.split()[1].rstrip(",")
    await _say(bob, type="event", event="e", dataType="text", data=f"alice is {own_id}", ackId=1)
    await _say(bob, type="joinGroup", group="g", ackId=2)
    await _say(bob, type="sendToGroup", group="g", dataType="json", data={"password": "x"}, ackId=3)
    await bob.close()
    await alice.close()


async def _say(socket: aiohttp.ClientWebSocketResponse, **members: Any) -> None:
    await socket.send_str(msgspec.json.encode(members).decode())
    while f'"ackId":{members["ackId"]},' not in await socket.receive_str(timeout=10):
        pass


def _url(service: Service, user: str) -> str:
    token = client_token(service.endpoint, "h", DEVELOPMENT_KEY, now=time.time(), user_id=user)
    return f"{service.endpoint}/client/hubs/h?access_token={token}&room=7&code=secret"


def kinds(entries: Sequence[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    """The entries of a kind."""
    return [entry for entry in entries if entry["kind"] == kind]
