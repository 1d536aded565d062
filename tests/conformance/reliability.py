"""A service behind a proxy that cuts connections, for the reliable clients of the official SDKs."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from tests.conformance.cutting_proxy import CuttingProxy, cutting_proxy
from tests.conformance.handlers import EchoApplication
from tests.service.wire import Peer, handshake
from webpubsub.protocol import operations as ops
from webpubsub.protocol import reconnection_tokens
from webpubsub.protocol.messages import DataType, Message
from webpubsub.service.service import Service
from webpubsub.service.session import Attachment, Session
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings

HUB = "reliability"
#: How many messages are sent in one go, with a cut in the middle.
_PORTION = 100
_ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")


def numbered(messages: int) -> Sequence[str]:
    """So many texts, no two of them equal."""
    return [str(number) for number in range(messages)]


class Stage:
    """The service, its application and the proxy that clients connect through."""

    PATIENCE = 60.0

    def __init__(self, service: Service, proxy: CuttingProxy, application: EchoApplication) -> None:
        self.service = service
        self.proxy = proxy
        self._application = application
        self._hub = service.hubs.hub(HUB)

    async def url(self) -> str:
        """A client access URL that leads through the proxy."""
        return (await self.service.client.client_access(HUB, user_id="alice", roles=_ROLES)).url

    def only_session(self) -> Session:
        (session,) = self._hub.sessions.values()
        return session

    def events(self) -> list[str]:
        """The names of the events so far."""
        return self._application.names()

    def send(self, texts: Iterable[str]) -> None:
        """Send text messages to everybody."""
        for text in texts:
            message = Message(DataType.TEXT, text.encode())
            self._hub.perform(ops.SendToAll(hub=HUB, message=message))

    async def send_with_cuts(self, texts: Sequence[str]) -> int:
        """Send text messages, and lose the connection once in every hundred; half of them are sent
        while the client is away. Returns how often it was lost."""
        starts = range(0, len(texts), _PORTION)
        for start in starts:
            portion = texts[start : start + _PORTION]
            old = self.only_session().attachment
            self.proxy.cut()
            self.send(portion[: _PORTION // 2])
            await self.until(lambda: not self.proxy.armed)
            self.send(portion[_PORTION // 2 :])
            await self._until_recovered(old)
        return len(starts)

    async def _until_recovered(self, old: Attachment | None) -> None:
        await self.until(lambda: self.only_session().attachment not in (None, old))

    async def close(self, connection_id: str) -> None:
        """Close a connection as the application does."""
        await self.service.hubs.perform(ops.CloseConnection(hub=HUB, connection_id=connection_id))

    async def take_over(self, session: Session) -> Peer:
        """Be the client of a session on another transport."""
        token = reconnection_tokens.sign(
            session.connection_id, DEVELOPMENT_KEY, now=time.time(), token_id=secrets.token_hex(8)
        )
        peer = Peer(*await asyncio.open_connection("127.0.0.1", self.proxy.target))
        target = (
            f"/client/hubs/{HUB}?awps_connection_id={session.connection_id}"
            f"&awps_reconnection_token={token}"
        )
        await peer.send(handshake(self.service, target))
        assert (await peer.response())[0] == 101
        return peer

    async def until(self, condition: Callable[[], Any]) -> None:
        """Wait until something is so, but not for ever."""
        async with asyncio.timeout(self.PATIENCE):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.002)

    async def settle(self) -> None:
        """Let what should not come arrive."""
        await asyncio.sleep(0.3)


@asynccontextmanager
async def staged(seed: int = 1) -> AsyncIterator[Stage]:
    """A service that clients reach through a cutting proxy. Its buffers are larger than the
    default, because clients acknowledge once a second however much they receive."""
    application = EchoApplication()
    async with cutting_proxy(seed) as proxy:
        settings = ServiceSettings(
            port=0, public_endpoint=proxy.endpoint, max_buffered_messages=20_000
        )
        async with Service(settings, application) as service:
            listener = service._listener
            assert listener is not None
            proxy.target = listener.sockets[0].getsockname()[1]
            yield Stage(service, proxy, application)
