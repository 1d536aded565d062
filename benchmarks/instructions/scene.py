"""An app and its service as ``webpubsub start`` puts them together; only ports and the flow of time
are missing, so that nothing happens but what a path does."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO
from urllib.parse import urlsplit

from benchmarks.instructions import webhook
from benchmarks.instructions.wire import Sink, Wire
from webpubsub.composition.local_app import LocalApp, Place
from webpubsub.composition.surroundings import Surroundings
from webpubsub.host.logs.console_log import ConsoleLog
from webpubsub.protocol.access_tokens import sign
from webpubsub.service.settings import ServiceSettings
from webpubsub.testing.clock import Clock

#: What is said everywhere.
TEXT = "x" * 64
_APP = Path(__file__).with_name("app")
_ENDPOINT = "http://webpubsub.test"
_API_VERSION = "2024-12-01"
_ROLES = ("webpubsub.sendToGroup", "webpubsub.joinLeaveGroup")
_HANDSHAKE = (
    "GET {target} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
)


class Scene:
    """What the paths lead through. The app writes its log to ``log``."""

    def __init__(self, log: TextIO) -> None:
        self._clock = Clock()
        self.app = LocalApp(
            Place(
                folder=_APP, port=0, service_port=0, address="127.0.0.1", workers=0, isolated=True
            ),
            webhook.hub_settings(),
            service_settings=ServiceSettings(public_endpoint=_ENDPOINT),
            surroundings=Surroundings(
                clock=self._clock.timestamp, timers=self._clock, listens=False
            ),
        )
        self.service = self.app.service
        self._log = ConsoleLog(self.app.config, log, verbose=False)
        self._sinks: list[Sink] = []
        self._webhook = webhook.Webhook(TEXT)

    @property
    def key(self) -> str:
        """The key that signs tokens."""
        return self.service.settings.access_keys[0]

    @property
    def now(self) -> float:
        """The time, in seconds since the epoch."""
        return self._clock.timestamp()

    async def start(self) -> None:
        """Serve."""
        self._webhook.start()
        await self.app.start()

    async def stop(self) -> None:
        """Finish what has begun."""
        await self.app.stop()
        self._webhook.stop()
        for sink in self._sinks:
            sink.close()
        self._log.close()

    def sink(self) -> Sink:
        """What takes everything until the end."""
        self._sinks.append(Sink())
        return self._sinks[-1]

    async def handshake(
        self,
        hub: str,
        *,
        subprotocol: str = "",
        user: str | None = None,
        groups: Sequence[str] = (),
    ) -> bytes:
        """What a client sends first, its token included."""
        access = await self.service.client.client_access(
            hub, user_id=user, roles=_ROLES, groups=groups
        )
        url = urlsplit(access.url)
        head = _HANDSHAKE.format(target=f"{url.path}?{url.query}", host=url.netloc)
        if subprotocol:
            head += f"Sec-WebSocket-Protocol: {subprotocol}\r\n"
        return f"{head}\r\n".encode()

    async def client(
        self,
        hub: str,
        *,
        subprotocol: str = "",
        user: str | None = None,
        groups: Sequence[str] = (),
        sink: Sink | None = None,
    ) -> Wire:
        """A client that has connected."""
        wire = Wire(self.service.door(), sink)
        wire.send(await self.handshake(hub, subprotocol=subprotocol, user=user, groups=groups))
        await wire.settle()
        if wire.is_closing() or not (sink.taken() if sink else wire.size):
            raise RuntimeError(f"the client was not let in: {bytes(wire.last)!r}")
        return wire

    def rest_request(self, path: str, text: str) -> bytes:
        """A call of the REST API, signed, on a connection that is kept alive."""
        target = f"/api/hubs/{path}"
        token = sign({"aud": _ENDPOINT + target, "exp": int(self.now) + 3600}, self.key)
        return (
            f"POST {target}?api-version={_API_VERSION} HTTP/1.1\r\n"
            f"Host: {urlsplit(_ENDPOINT).netloc}\r\nAuthorization: Bearer {token}\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {len(text)}\r\n\r\n{text}"
        ).encode()


def to_group(group: str, text: str) -> bytes:
    """A client's request to send a text to a group."""
    request = {"type": "sendToGroup", "group": group, "dataType": "text", "data": text}
    return json.dumps(request).encode()
