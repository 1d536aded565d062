"""A client of the protobuf subprotocols, as small as one can be: aiohttp and the generated
messages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from webpubsub.protocol.clients import webpubsub_pb2 as wire
from webpubsub.service.service import Service

SUBPROTOCOL = "protobuf.webpubsub.azure.v1"
PATIENCE = 5


class ProtobufClient:
    """A connected client; ``connection_id`` and ``user_id`` are what it was told it is."""

    def __init__(
        self, socket: aiohttp.ClientWebSocketResponse, hello: wire.DownstreamMessage
    ) -> None:
        self.socket = socket
        connected = hello.system_message.connected_message
        self.hello = hello
        self.connection_id = connected.connection_id
        self.user_id = connected.user_id

    async def say(self, **message: Any) -> None:
        """Send one message, given by its field."""
        await self.socket.send_bytes(wire.UpstreamMessage(**message).SerializeToString())

    async def hear(self) -> wire.DownstreamMessage:
        """The next message."""
        return wire.DownstreamMessage.FromString(await self.socket.receive_bytes(timeout=PATIENCE))

    async def data(self) -> wire.DataMessage:
        """The next message, which must carry data."""
        heard = await self.hear()
        assert heard.WhichOneof("message") == "data_message", heard
        return heard.data_message

    async def ask(self, **message: Any) -> wire.AckMessage:
        """Send one message, and take the next as its ack."""
        await self.say(**message)
        heard = await self.hear()
        assert heard.WhichOneof("message") == "ack_message", heard
        return heard.ack_message

    async def closing(self) -> tuple[int | None, str | None]:
        """Code and reason of the close frame that comes next."""
        closing = await self.socket.receive(timeout=PATIENCE)
        assert closing.type is aiohttp.WSMsgType.CLOSE, closing
        return closing.data, closing.extra


@asynccontextmanager
async def connected(
    service: Service, hub: str = "chat", *, subprotocol: str = SUBPROTOCOL, **access: Any
) -> AsyncIterator[ProtobufClient]:
    """A client that has been let in and told who it is; ``access`` is what its token says."""
    url = (await service.client.client_access(hub, **access)).url
    async with (
        aiohttp.ClientSession() as session,
        session.ws_connect(url, protocols=[subprotocol], autoclose=False) as socket,
    ):
        assert socket.protocol == subprotocol
        first = await socket.receive_bytes(timeout=PATIENCE)
        yield ProtobufClient(socket, wire.DownstreamMessage.FromString(first))
