"""A recording of a client of some protocol, who says something and gets something."""

import time
from typing import Any

import aiohttp
import msgspec

from tests.recording.handlers import Greeter
from webpubsub.protocol.access_tokens import client_token
from webpubsub.protocol.clients import requests
from webpubsub.protocol.clients.codec import Frame, FrameKind
from webpubsub.protocol.clients.registry import codec_for, is_reliable
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import DataType, Message
from webpubsub.recording.client_frames import client_frame
from webpubsub.recording.received import Received, received
from webpubsub.recording.recorder import Recorder
from webpubsub.service.service import Service
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings


class Talker:
    """A client of a service."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket
        self.codec = codec_for(socket.protocol)

    async def ask(self, request: ClientRequest) -> None:
        """Send a request."""
        frame = client_frame(request, self.codec)
        assert frame is not None
        kind = aiohttp.WSMsgType.TEXT if frame.kind is FrameKind.TEXT else aiohttp.WSMsgType.BINARY
        await self.socket.send_frame(frame.payload, kind)

    async def hear(self, kind: str) -> Received:
        """The next of what is told of this kind."""
        while True:
            message = await self.socket.receive(timeout=10)
            is_text = message.type is aiohttp.WSMsgType.TEXT
            data = message.data.encode() if is_text else message.data
            what = received(Frame(FrameKind(int(message.type)), data), self.codec)
            if what.kind == kind:
                return what


def url_of(service: Service, user: str) -> str:
    """Where a user connects."""
    token = client_token(service.endpoint, "h", DEVELOPMENT_KEY, now=time.time(), user_id=user)
    return f"{service.endpoint}/client/hubs/h?access_token={token}"


async def recording_of(subprotocol: str) -> list[dict[str, Any]]:
    """A client who gets a message of its own group, and the reply to an event; it comes back once,
    if it can."""
    entries: list[dict[str, Any]] = []
    async with Service(ServiceSettings(port=0), Greeter()) as service:
        point = service.point
        detach = point.attach(Recorder(lambda text: entries.append(msgspec.json.decode(text))))
        async with aiohttp.ClientSession() as session:
            await _talk(service, session, subprotocol)
        detach()
    return entries


async def _talk(service: Service, session: aiohttp.ClientSession, subprotocol: str) -> None:
    url, text = url_of(service, "carol"), Message(DataType.TEXT, b"hello")
    client = Talker(await session.ws_connect(url, protocols=[subprotocol]))
    connected = (await client.hear("connected")).value
    await client.ask(requests.JoinGroup(group="g", ack_id=0))
    await client.ask(requests.SendToGroup(group="g", message=text, ack_id=1))
    told = await client.hear("message")
    if is_reliable(subprotocol):
        await client.ask(requests.SequenceAck(sequence_id=told.sequence_id or 0))
        back = f"{service.endpoint}/client/hubs/h?awps_connection_id={connected['connectionId']}"
        back += f"&awps_reconnection_token={connected['reconnectionToken']}"
        client = Talker(await session.ws_connect(back, protocols=[subprotocol]))
    await client.ask(requests.SendEvent(event="e", message=text, ack_id=2))
    await client.hear("message")
    await client.socket.close()
