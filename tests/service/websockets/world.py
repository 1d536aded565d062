"""One WebSocket, with the network, the clock and the event loop in the hands of a test."""

import asyncio

from tests.service.fakes import Listener, ManualLoop, Wire
from webpubsub.protocol.clients.registry import codec_for
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.websockets.frame_reader import FrameParsers
from webpubsub.service.websockets.websocket import WebSocket

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10
MAX = 1000


class World:
    """A WebSocket on a wire whose turns and time the test makes; reading has begun."""

    def __init__(self, tail: bytes = b"", ping_interval: float | None = None) -> None:
        self.loop = ManualLoop()
        self.sweeper = Sweeper(self.loop.time, ping_interval=20.0)
        self.settings = ServiceSettings(
            max_message_bytes=MAX, max_queued_messages=10, close_timeout=5.0
        )
        self.wire = Wire()
        self.listener = Listener()
        #: What WebSockets are made of, beside their transports.
        self.parts = (
            codec_for(None),
            self.settings,
            self.loop.flusher,
            self.sweeper,
            FrameParsers(MAX),
        )
        self.websocket = WebSocket(self.wire, *self.parts)
        self.websocket.begin(self.listener, tail, ping_interval)

    async def receive(self, data: bytes) -> list[object]:
        """Have the client send, and tell what was heard of it."""
        before = len(self.listener.heard)
        self.wire.receive(data)
        await asyncio.sleep(0)
        self.loop.turn()
        return list(self.listener.heard[before:])

    def pass_time(self, seconds: float) -> None:
        self.loop.now += seconds
        self.sweeper.sweep()
        self.loop.turn()

    @property
    def sent(self) -> list[tuple[int, bytes]]:
        self.loop.turn()
        return self.wire.frames
