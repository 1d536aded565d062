"""Opens the WebSocket of a client: to carry a session, or only to say why it is closed.

The answer to the handshake goes through its outbox, too, so that nothing can come before it.
Specification: client-protocols sections 1.4, 1.6 and 1.7.
"""

import asyncio
import secrets
from collections.abc import Callable

import msgspec

from webpubsub.protocol import reconnection_tokens
from webpubsub.protocol.clients.codec import ClientCodec, Frame
from webpubsub.protocol.clients.registry import codec_for, select_subprotocol
from webpubsub.protocol.refusals import Refusal
from webpubsub.service.connections.connection import Connection
from webpubsub.service.connections.recovery import Recovery
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.front_door.attempt import Attempt
from webpubsub.service.front_door.request_head import RequestHead
from webpubsub.service.front_door.responses import upgrade_response
from webpubsub.service.hubs.hub import Hub
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.sessions.session import Session
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websockets.frame_reader import FrameParsers
from webpubsub.service.websockets.outgoing.flusher import Flusher
from webpubsub.service.websockets.websocket import WebSocket

_PYTHON_CLIENT = "azsdk-python-webpubsub-client/"


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a WebSocket and its connection need. ``clock`` gives seconds since the epoch."""

    settings: ServiceSettings
    router: EventRouter
    flusher: Flusher
    sweeper: Sweeper
    parsers: FrameParsers
    recovery: Recovery
    point: ObservationPoint
    clock: Callable[[], float]

    def carry(
        self, session: Session, hub: Hub, attempt: Attempt, transport: asyncio.Transport
    ) -> tuple[WebSocket, Connection]:
        """A WebSocket that carries a session from now on, and has been sent the answer to the
        handshake and what comes first. It is read when it begins."""
        codec = codec_for(session.subprotocol)
        websocket = self._accept(transport, attempt.head, session.subprotocol, codec)
        connection = Connection(
            session,
            websocket,
            hub=hub,
            router=self.router,
            point=self.point,
            clock=self.clock,
            sweeper=self.sweeper,
            max_inbox_bytes=self.settings.max_waiting_bytes,
            ack_delay=self._ack_delay(attempt.head),
            raw_group=attempt.raw_group if codec.name == "simple" else None,
            recovery=self.recovery,
        )
        connection.welcome(self._reconnection_token(session))
        session.attach(connection)
        return websocket, connection

    def close(self, head: RequestHead, transport: asyncio.Transport, refusal: Refusal) -> WebSocket:
        """A WebSocket for a client that is let in only to be told to go."""
        subprotocol = select_subprotocol(head.header_tokens("Sec-WebSocket-Protocol"))
        websocket = self._accept(transport, head, subprotocol, codec_for(subprotocol))
        websocket.begin(_Deaf(), b"")
        websocket.close(refusal.kind.close_code or 0, refusal.wire_message)
        return websocket

    def _accept(
        self,
        transport: asyncio.Transport,
        head: RequestHead,
        subprotocol: str | None,
        codec: ClientCodec,
    ) -> WebSocket:
        websocket = WebSocket(
            transport, codec, self.settings, self.flusher, self.sweeper, self.parsers, self.clock
        )
        websocket.outbox.append(upgrade_response(head.header("Sec-WebSocket-Key"), subprotocol))
        return websocket

    def _reconnection_token(self, session: Session) -> str | None:
        if session.buffer is None:
            return None
        return reconnection_tokens.sign(
            session.connection_id,
            self.settings.access_keys[0],
            now=self.clock(),
            token_id=secrets.token_hex(16),
        )

    def _ack_delay(self, head: RequestHead) -> float:
        is_python = head.header("User-Agent").startswith(_PYTHON_CLIENT)
        return self.settings.python_client_ack_delay if is_python else 0.0


class _Deaf:
    """Receives for a client that is let in only to be told to go."""

    def message(self, frame: Frame) -> None: ...

    def goodbye(self, code: int, reason: str) -> None: ...

    def broken(self, refusal: Refusal) -> None: ...

    def dropped(self, refusal: Refusal) -> None: ...

    def lost(self) -> None: ...
