"""A service behind a proxy that cuts connections, for the reliable clients of the official SDKs."""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, NamedTuple

from tests.conformance.cutting_proxy import CuttingProxy, cutting_proxy
from tests.conformance.handlers import EchoApplication
from tests.service.wire import Peer, handshake
from webpubsub.protocol import operations as ops
from webpubsub.protocol import reconnection_tokens
from webpubsub.protocol.messages import DataType, Message
from webpubsub.service.connections.recovery import through_bytes
from webpubsub.service.service import Service
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import DEVELOPMENT_KEY, ServiceSettings

HUB = "reliability"
#: How many messages are sent in one go, with a cut in the middle.
_PORTION = 100
#: In every so many of them another takes over, and after every so many the application closes.
_TAKEOVER, _CLOSE = 20, 25
_ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")


class Losses(NamedTuple):
    """How often a client lost its connection in which way."""

    cuts: int
    takeovers: int
    closes: int

    @classmethod
    def among(cls, messages: int) -> "Losses":
        """What happens while so many are sent."""
        portions = messages // _PORTION
        return cls(portions, portions // _TAKEOVER, portions // _CLOSE)

    @property
    def connections(self) -> int:
        """How often the client connects: what is closed for good it asks back for once, in vain."""
        return 1 + self.cuts + self.takeovers + 2 * self.closes

    @property
    def events(self) -> list[str]:
        """What the application is told, in alphabetical order."""
        clients = 1 + self.closes
        return ["connect"] * clients + ["connected"] * clients + ["disconnected"] * self.closes


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

    async def send_with_losses(self, texts: Sequence[str], told: Callable[[], int]) -> Losses:
        """Send text messages, and lose the connection once in every hundred. Once in every two
        thousand another client takes over as well, and after every 2,500 the application closes.
        ``told`` is how often the client has heard that it is connected."""
        for number, start in enumerate(range(0, len(texts), _PORTION), start=1):
            portion = texts[start : start + _PORTION]
            if number % _TAKEOVER:
                await self._send_with_cut(portion)
            else:
                await self._send_with_cut(portion[: _PORTION // 2])
                await self._send_with_takeover(portion[_PORTION // 2 :])
            if number % _CLOSE == 0:
                await self._close_and_wait(told)
        return Losses.among(len(texts))

    async def _send_with_cut(self, texts: Sequence[str]) -> None:
        """Half of the messages are sent while the client is away."""
        old = self.only_session().attachment
        self.proxy.cut()
        self.send(texts[: len(texts) // 2])
        await self.until(lambda: not self.proxy.armed)
        self.send(texts[len(texts) // 2 :])
        await self.until(lambda: self.only_session().attachment not in (None, old))

    async def _send_with_takeover(self, texts: Sequence[str]) -> None:
        """The messages are sent while another has the connection, before the client is back."""
        async with await self.take_over(self.only_session()) as other:
            self.send(texts)
            with suppress(ConnectionResetError):
                await other.rest()

    async def _close_and_wait(self, told: Callable[[], int]) -> None:
        """Close the connection, until the client knows the next: without its token, it could not
        come back."""
        before = told()
        await self.close(self.only_session().connection_id)
        await self.until(lambda: told() > before)

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
async def staged(seed: int = 1, *, elsewhere: bool = False) -> AsyncIterator[Stage]:
    """A service that clients reach through a cutting proxy. Its buffers are larger than the
    default, because clients acknowledge once a second however much they receive. When they come
    back ``elsewhere``, every recovery goes through the bytes of a snapshot."""
    application = EchoApplication()
    async with cutting_proxy(seed) as proxy:
        settings = ServiceSettings(
            port=0, public_endpoint=proxy.endpoint, max_buffered_messages=20_000
        )
        async with Service(settings, application) as service:
            listener = service._listener
            assert listener is not None
            if elsewhere:
                service.recovery.hand_over = through_bytes(settings.session_limits)
            proxy.target = listener.sockets[0].getsockname()[1]
            yield Stage(service, proxy, application)
