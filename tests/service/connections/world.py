"""A client on a wire, attached to a hub with an application behind it."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

from tests.service.fakes import Wire, client_frame, close_payload
from webpubsub.protocol.clients.codec import ClientCodec
from webpubsub.protocol.clients.json import JsonCodec
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.protocol.events import (
    AnyEventRequest,
    DisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.outcomes import (
    EventOutcome,
    Notified,
    UserEventAccepted,
)
from webpubsub.protocol.permissions import Permissions
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.seams import EventHandler
from webpubsub.service.connections.client import RawGroup
from webpubsub.service.connections.connection import Connection
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websockets.frame_reader import FrameParsers
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.websocket import WebSocket

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


KEY = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789ABCDEFGH"


ROLES = ("webpubsub.joinLeaveGroup", "webpubsub.sendToGroup")


SERVER_ERROR = {"name": "InternalServerError", "message": "Internal server error"}


class Application(EventHandler):
    """Answers user events by ``answer``; the event ``slow`` waits for ``gate`` first."""

    def __init__(self) -> None:
        self.answer: EventOutcome | None = None
        self.events: list[AnyEventRequest] = []
        self.gate = asyncio.Event()
        self.cancelled = 0

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        self.events.append(event)
        if not isinstance(event, UserEventRequest):
            return Notified()
        if event.connection_context.event_name.startswith("slow"):
            await self._wait()
        return self.answer or UserEventAccepted(reply=event.message)

    async def _wait(self) -> None:
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise

    @property
    def user_events(self) -> list[str]:
        return [
            event.connection_context.event_name
            for event in self.events
            if isinstance(event, UserEventRequest)
        ]

    @property
    def reasons(self) -> list[str | None]:
        """The reasons of the disconnected events."""
        return [
            event.reason for event in self.events if isinstance(event, DisconnectedEventRequest)
        ]


class World:
    """A client on a wire, attached to a hub with an application behind it."""

    def __init__(
        self,
        *,
        codec: ClientCodec | None = None,
        roles: Sequence[str] = ROLES,
        user_id: str | None = "alice",
        raw_group: RawGroup | None = None,
        ack_delay: float = 0.0,
        max_inbox_bytes: int = 1000,
        max_message_bytes: int = 10_000,
        handled: bool = True,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.application = Application()
        self.point = ObservationPoint()
        self.router = EventRouter(
            self.application if handled else None,
            keys=(KEY,),
            clock=lambda: 100.0,
            origin="localhost",
            point=self.point,
        )
        self.hub = Hub("chat", self.router, self.point)
        self.now = 0.0
        #: Seconds since the epoch.
        self.time = 100.0
        self.sweeper = Sweeper(lambda: self.now, 20.0)
        self.wire = Wire()
        settings = ServiceSettings(max_message_bytes=max_message_bytes, max_queued_messages=5)
        self.websocket = WebSocket(
            self.wire,
            codec or JsonCodec(),
            settings,
            Flusher(loop),
            self.sweeper,
            FrameParsers(settings.max_message_bytes),
        )
        self.session = Session("chat", "c", user_id)
        self.session.permissions = Permissions.from_roles(roles)
        self.connection = Connection(
            self.session,
            self.websocket,
            hub=self.hub,
            router=self.router,
            point=self.point,
            clock=lambda: self.time,
            sweeper=self.sweeper,
            max_inbox_bytes=max_inbox_bytes,
            ack_delay=ack_delay,
            raw_group=raw_group,
        )
        self.session.attach(self.connection)
        self.hub.add(self.session)
        self.websocket.begin(self.connection, b"")

    async def send(self, *messages: Any) -> list[Any]:
        """Send frames, or objects as JSON, in one piece; the new answers."""
        before = len(self.wire.frames)
        self.wire.receive(b"".join(map(self._frame, messages)))
        await turns()
        return self.answers(before)

    def _frame(self, message: Any) -> bytes:
        if isinstance(message, bytes):
            return message
        return client_frame(TEXT, json.dumps(message).encode())

    def answers(self, start: int = 0) -> list[Any]:
        """What the client has been sent: text as it is or parsed, a close frame as its payload."""
        return [
            payload if opcode in (CLOSE, BINARY) else parsed(payload)
            for opcode, payload in self.wire.frames[start:]
        ]

    async def lose(self) -> None:
        self.wire.lose()
        await turns()


def parsed(payload: bytes) -> Any:
    try:
        return json.loads(payload)
    except ValueError:
        return payload.decode()


async def turns(number: int = 10) -> None:
    """Let everything happen that can."""
    for _ in range(number):
        await asyncio.sleep(0)


def ack(ack_id: int, error: dict[str, str] | None = None) -> dict[str, Any]:
    answer: dict[str, Any] = {"type": "ack", "ackId": ack_id, "success": error is None}
    return answer if error is None else {**answer, "error": error}


def join(group: str, ack_id: int | None = None) -> dict[str, Any]:
    return {"type": "joinGroup", "group": group, "ackId": ack_id}


def leave(group: str, ack_id: int | None = None) -> dict[str, Any]:
    return {"type": "leaveGroup", "group": group, "ackId": ack_id}


def to_group(group: str, data: str, ack_id: int | None = None, **rest: Any) -> dict[str, Any]:
    return {
        "type": "sendToGroup",
        "group": group,
        "dataType": "text",
        "data": data,
        "ackId": ack_id,
        **rest,
    }


def event(name: str, data: str = "x", ack_id: int | None = None) -> dict[str, Any]:
    return {"type": "event", "event": name, "dataType": "text", "data": data, "ackId": ack_id}


def from_server(data: str) -> dict[str, Any]:
    return {"type": "message", "from": "server", "dataType": "text", "data": data}


def from_group(group: str, data: str, user: str | None = "alice") -> dict[str, Any]:
    origin = {"type": "message", "from": "group", "group": group, "fromUserId": user}
    return {**origin, "dataType": "text", "data": data}


def closing(code: int, reason: str = "") -> bytes:
    return client_frame(CLOSE, close_payload(code, reason))


def _fail(_operation: object) -> Refusal | None:
    raise RuntimeError("as asked")


def simple(**rest: Any) -> World:
    return World(codec=codec_for("custom"), **rest)
