"""WebSockets that carry a session, or only say why they are closed.

Specification: client-protocols sections 1.6, 1.7 and 5.6.
"""

import asyncio
import time

import pytest

from tests.service.fakes import JSON_SUBPROTOCOL, client_frame
from tests.service.wire import (
    TEXT,
    App,
    dial,
    handshake,
    join,
    join_and_listen,
    running,
    sessions,
    target_of,
)
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import SendToAll
from webpubsub.protocol.outcomes import ConnectAccepted, EventOutcome, Notified


@pytest.mark.parametrize(
    "subprotocol", [None, JSON_SUBPROTOCOL, "json.reliable.webpubsub.azure.v1"]
)
async def test_recovery_is_accepted_and_closed(subprotocol: str | None) -> None:
    """A client that wants its old connection back is answered with 101 and 1008, which makes it
    start a new one; the transport was accepted without any session."""
    app = App()
    async with running(app) as service, await dial(service) as peer:
        target = "/client/hubs/chat?awps_connection_id=x&awps_reconnection_token=y&any=thing"
        await peer.send(handshake(service, target, {"Sec-WebSocket-Protocol": subprotocol}))
        assert (await peer.response())[0] == 101
        assert await peer.closing() == (1008, "The connection could not be recovered.")
        await peer.send(client_frame(TEXT, b"late"), client_frame(8, b"\x03\xf0"))
        assert await peer.rest() == b""
        assert sessions(service) == 0
    assert app.names == []


async def test_the_connected_message_comes_first() -> None:
    """A JSON client is told who it is before anything else, and the application is told without
    being waited for."""
    gate = asyncio.Event()

    async def slow(_event: AnyEventRequest) -> EventOutcome:
        await gate.wait()
        return Notified()

    app = App({"connected": slow})
    async with running(app) as service, await join(service, user_id="alice") as peer:
        service.hubs.hub("chat").apply(SendToAll(hub="chat", message=Message(DataType.TEXT, b"x")))
        first = await peer.hear()
        assert first == {
            "type": "system",
            "event": "connected",
            "userId": "alice",
            "connectionId": app.only_connect.connection_id,
        }
        assert (await peer.hear())["data"] == "x"
        gate.set()


async def test_a_simple_client_gets_no_frame() -> None:
    """Its first frame is whatever is sent to it."""
    async with running(App()) as service, await join(service, subprotocol=None) as peer:
        await peer.say("hi")
        assert await peer.frame() == (TEXT, b"hi")


async def test_the_mode_is_for_simple_clients() -> None:
    """Whom the application makes a PubSub client is one, and says itself what it wants."""
    app = App({"connect": ConnectAccepted(subprotocol=JSON_SUBPROTOCOL)})
    async with running(app) as service, await dial(service) as peer:
        target = f"{await target_of(service)}&webpubsub_mode=sendToGroup&group=g"
        await peer.send(handshake(service, target, {"Sec-WebSocket-Protocol": "custom"}))
        await peer.response()
        await peer.hear()
        await peer.say({"type": "event", "event": "ask", "data": 1})
        assert (await peer.hear())["from"] == "server"
        assert "ask" in app.names


async def test_compression_is_not_agreed() -> None:
    """An offer of an extension is not taken up."""
    async with running(App()) as service, await dial(service) as peer:
        headers = {"Sec-WebSocket-Extensions": "permessage-deflate"}
        await peer.send(handshake(service, await target_of(service), headers))
        status, found, _ = await peer.response()
        assert status == 101
        assert "sec-websocket-extensions" not in found


async def test_acks_to_the_synchronous_python_client_are_held_back() -> None:
    """It starts to wait for an ack only after it has sent; others are not delayed."""
    for agent, delay, least in (
        ("azsdk-python-webpubsub-client/1.1.0 x", 0.1, 0.09),
        ("other", 3600, 0),
    ):
        async with running(App(), python_client_ack_delay=delay) as service:
            peer, _ = await join_and_listen(
                service, headers={"User-Agent": agent}, roles=["webpubsub.joinLeaveGroup"]
            )
            async with peer:
                begin = time.monotonic()
                await peer.say({"type": "joinGroup", "group": "g", "ackId": 1})
                assert (await peer.hear())["success"] is True
                assert time.monotonic() - begin >= least
