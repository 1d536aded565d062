"""A running service on the loopback address, and clients that say exactly what a test wants."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

from tests.service.fakes import JSON_SUBPROTOCOL, client_frame
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.outcomes import (
    ConnectAccepted,
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.protocol.seams import EventHandler
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings
from webpubsub.testing.clock import Clock

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
#: Generous, in seconds: a machine may be busy with other tests.
PATIENCE = 20.0

Answer = EventOutcome | Callable[[Any], Awaitable[EventOutcome]]


class App(EventHandler):
    """Answers events by name, echoes user events by default, and remembers everything."""

    def __init__(self, answers: Mapping[str, Answer] | None = None) -> None:
        self.answers = dict(answers or {})
        self.events: list[AnyEventRequest] = []

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        self.events.append(event)
        answer = self.answers.get(event.connection_context.event_name)
        if callable(answer):
            return await answer(event)
        if answer is not None:
            return answer
        if isinstance(event, UserEventRequest):
            return UserEventAccepted(reply=event.message)
        return ConnectAccepted() if isinstance(event, ConnectEventRequest) else Notified()

    @property
    def names(self) -> list[str]:
        return [event.connection_context.event_name for event in self.events]

    @property
    def reasons(self) -> list[str | None]:
        return [one.reason for one in self.events if isinstance(one, DisconnectedEventRequest)]

    @property
    def only_connect(self) -> ConnectEventRequest:
        (event,) = (one for one in self.events if isinstance(one, ConnectEventRequest))
        return event

    @property
    def only_connected(self) -> ConnectedEventRequest:
        (event,) = (one for one in self.events if isinstance(one, ConnectedEventRequest))
        return event


@asynccontextmanager
async def running(
    app: App | None = None, *, clock: Clock | None = None, **settings: Any
) -> AsyncIterator[Service]:
    """A service with an application behind it, by a clock that the test moves or else by the
    machine's."""
    chosen = ServiceSettings(**{"port": 0, "close_timeout": 2.0, "stop_timeout": 2.0, **settings})
    wall = time.time if clock is None else clock.timestamp
    async with Service(chosen, app, clock=wall, timers=clock) as service:
        yield service


async def until(condition: Callable[[], Any]) -> None:
    """Wait until something is so, but not for ever."""
    async with asyncio.timeout(PATIENCE):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.002)


class Peer:
    """The far end of a TCP connection to a service."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, *data: bytes) -> None:
        self.writer.write(b"".join(data))
        await self.writer.drain()

    async def say(self, *messages: Any) -> None:
        """Send text messages: objects as JSON, strings as they are."""
        texts = [one if isinstance(one, str) else json.dumps(one) for one in messages]
        await self.send(*(client_frame(TEXT, text.encode()) for text in texts))

    async def response(self) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (names in lower case) and body of an HTTP response."""
        async with asyncio.timeout(PATIENCE):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
            first, *lines = head.rstrip().split("\r\n")
            pairs = (line.split(": ", 1) for line in lines)
            headers = {name.lower(): value for name, value in pairs}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
            return int(first.split()[1]), headers, body

    async def frame(self) -> tuple[int, bytes]:
        """Opcode and payload of the next frame."""
        async with asyncio.timeout(PATIENCE):
            first, size = await self.reader.readexactly(2)
            if size >= 126:
                size = int.from_bytes(await self.reader.readexactly(2 if size == 126 else 8))
            return first & 0x0F, await self.reader.readexactly(size)

    async def hear(self) -> Any:
        """The next message: JSON parsed, other text as it is."""
        opcode, payload = await self.frame()
        assert opcode == TEXT, (opcode, payload)
        return json.loads(payload)

    async def closing(self) -> tuple[int | None, str]:
        """Code and reason of the next frame, which must be a close frame."""
        opcode, payload = await self.frame()
        assert opcode == CLOSE, (opcode, payload)
        return (int.from_bytes(payload[:2]) if payload else None), payload[2:].decode()

    async def rest(self) -> bytes:
        """Everything until the service closes its side."""
        return await asyncio.wait_for(self.reader.read(), PATIENCE)

    async def aborted(self) -> bool:
        """Whether the service cuts the connection without a word."""
        try:
            return await self.rest() == b""
        except ConnectionResetError:
            return True

    def hang_up(self) -> None:
        """Be gone, without a word."""
        self.writer.transport.abort()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_error: object) -> None:
        self.hang_up()
        with suppress(ConnectionError):
            await self.writer.wait_closed()


async def dial(service: Service) -> Peer:
    """A TCP connection to a service."""
    host, port = service.endpoint.removeprefix("http://").rsplit(":", 1)
    return Peer(*await asyncio.open_connection(host, int(port)))


def handshake(
    service: Service, target: str, headers: Mapping[str, str | None] | None = None
) -> bytes:
    """The bytes of a WebSocket handshake; a header None is left out."""
    given = {
        "Host": service.endpoint.removeprefix("http://"),
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
        **(headers or {}),
    }
    lines = [f"{name}: {value}" for name, value in given.items() if value is not None]
    return "\r\n".join([f"GET {target} HTTP/1.1", *lines, "", ""]).encode()


async def target_of(service: Service, hub: str = "chat", **access: Any) -> str:
    """Path and query with which a client may connect."""
    url = (await service.client.client_access(hub, **access)).url
    return "/" + url.split("/", 3)[3]


async def join(
    service: Service,
    *,
    subprotocol: str | None = JSON_SUBPROTOCOL,
    query: str = "",
    headers: Mapping[str, str | None] | None = None,
    tail: bytes = b"",
    **access: Any,
) -> Peer:
    """A client that has been let in; its first frame is the next to be read."""
    peer = await dial(service)
    target = await target_of(service, **access) + query
    given = {"Sec-WebSocket-Protocol": subprotocol, **(headers or {})}
    await peer.send(handshake(service, target, given), tail)
    status, _, body = await peer.response()
    assert status == 101, body
    return peer


async def join_and_listen(service: Service, **rest: Any) -> tuple[Peer, str]:
    """A JSON client that has read who it is, and its connection id."""
    peer = await join(service, **rest)
    connected = await peer.hear()
    assert connected["event"] == "connected"
    return peer, connected["connectionId"]


def sessions(service: Service) -> int:
    """How many sessions the service has."""
    return sum(len(hub.sessions) for hub in service.hubs)
