"""A REST API on a free port of the loopback address, with sessions whose clients are looked at."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from aiohttp import ClientSession, web
from yarl import URL

from webpubsub.protocol.access_tokens import sign
from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.notices import Notice
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.rest.api import RestApi
from webpubsub.service.rest.server import HttpServer
from webpubsub.service.session_limits import DEFAULT_LIMITS, SessionLimits
from webpubsub.service.sessions.reliability import MessageBuffer
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.outgoing.outbox import Outbox

KEY = "the-primary-key-of-the-rest-api-tests"
SECOND_KEY = "the-second-key-of-the-rest-api-tests"
NOW = 1_700_000_000.0
JSON_SUBPROTOCOL = "json.webpubsub.azure.v1"
RELIABLE_SUBPROTOCOL = "json.reliable.webpubsub.azure.v1"
SETTINGS = ServiceSettings(port=0, access_keys=(KEY, SECOND_KEY))


class Wire:
    """A transport that keeps what is written to it."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data

    def is_closing(self) -> bool:
        return False


class Client:
    """The far end of a session: its transport, and what it was told at the end."""

    def __init__(self, codec: ClientCodec) -> None:
        self._wire = Wire()
        flusher = Flusher(asyncio.get_running_loop())
        self.outbox = Outbox(
            self._wire, codec, flusher, SETTINGS, lambda: None, clock=lambda: self.now
        )
        self.now = NOW
        self.farewell: str | None = None

    def tell(self, notice: Notice) -> None:
        raise AssertionError(notice)

    def finish(self, message: str) -> None:
        self.farewell = message

    def leave(self) -> None:
        raise AssertionError("the service is not going down")

    def expel(self, refusal: Refusal) -> None:
        raise AssertionError(refusal.describe())

    def yield_to_successor(self) -> None:
        raise AssertionError("nobody comes back")

    @property
    def frames(self) -> list[tuple[int, bytes]]:
        """Opcode and payload of the frames that have arrived."""
        self.outbox.flush()
        return list(_frames(self._wire.written))

    @property
    def messages(self) -> list[Any]:
        """What a JSON client has received."""
        return [msgspec.json.decode(payload) for _, payload in self.frames]


def _frames(data: bytes) -> Sequence[tuple[int, bytes]]:
    frames = []
    while data:
        opcode, size, start = data[0] & 0x0F, data[1], 2
        if size >= 126:
            start += 2 if size == 126 else 8
            size = int.from_bytes(data[2:start])
        frames.append((opcode, data[start : start + size]))
        data = data[start + size :]
    return frames


class Answer(msgspec.Struct, frozen=True):
    """What came back."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    @property
    def error(self) -> Any:
        return msgspec.json.decode(self.body)


class World:
    """The API, its hubs, and an HTTP client that signs like the official ones."""

    def __init__(self, hubs: Hubs, base: str, http: ClientSession, point: ObservationPoint) -> None:
        self.hubs = hubs
        self.point = point
        self.base = base
        self.http = http

    @property
    def authority(self) -> str:
        return self.base.removeprefix("http://")

    def client(
        self,
        connection_id: str,
        *,
        hub: str = "chat",
        user_id: str | None = None,
        groups: Sequence[str] = (),
        roles: Sequence[str] = (),
        subprotocol: str | None = JSON_SUBPROTOCOL,
        limits: SessionLimits = DEFAULT_LIMITS,
    ) -> Client:
        """A connected client."""
        session = Session(hub, connection_id, user_id, limits)
        session.permissions = Permissions.from_roles(roles)
        codec = codec_for(subprotocol)
        if subprotocol == RELIABLE_SUBPROTOCOL:
            session.buffer = MessageBuffer(codec, limits.buffer)
        client = Client(codec)
        session.attach(client)
        self.hubs.hub(hub).add(session, groups)
        return client

    def members(self, group: str, hub: str = "chat") -> set[str]:
        return set(self.hubs.hub(hub).members(group))

    def token(self, target: str, *, key: str = KEY, **claims: Any) -> str:
        """A token for a target, as the official clients make it."""
        return sign({"aud": self.base + target, "exp": NOW + 60, **claims}, key)

    async def call(
        self,
        method: str,
        target: str,
        *,
        data: Any = None,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send a signed request whose target is on the wire exactly as given here."""
        token = self.token(target) if token is None else token
        given = {**({"Authorization": f"Bearer {token}"} if token else {}), **(headers or {})}
        url = URL(self.base + target, encoded=True)
        skip = ("Content-Type",)
        async with self.http.request(
            method, url, data=data, headers=given, skip_auto_headers=skip
        ) as response:
            return Answer(response.status, await response.read(), response.headers)


@asynccontextmanager
async def running_world(settings: ServiceSettings = SETTINGS) -> AsyncIterator[World]:
    """A world for the length of a block."""
    point = ObservationPoint()
    hubs = Hubs(point=point)
    api = RestApi(hubs, settings, lambda: NOW, point=point)
    server = HttpServer(
        api,
        max_head_bytes=settings.max_head_bytes,
        head_timeout=settings.head_timeout,
        sweeper=Sweeper(time.monotonic, settings.ping_interval),
    )
    runner = web.ServerRunner(server)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    try:
        async with ClientSession() as http:
            yield World(hubs, f"http://127.0.0.1:{port}", http, point)
    finally:
        await runner.cleanup()
