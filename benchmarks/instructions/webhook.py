"""A webhook without a server: what the service sends it is answered in the next turn of the loop.

Only the making of connections is replaced; what goes over them is the service's own.
"""

import asyncio
from unittest import mock

from benchmarks.instructions.wire import Wire
from webpubsub.service.hub_settings.model import (
    AllHubSettings,
    EventFilter,
    EventHandlerSettings,
    HubSettings,
    UserEvents,
)
from webpubsub.service.webhooks.http_connection import HttpConnection
from webpubsub.service.webhooks.lookups import Lookups
from webpubsub.service.webhooks.targets import Origin

#: The hub whose user events go to it.
HUB = "webhook"
_URL = "http://webhook.test/events/{event}?code=secret"
_CONNECTING = "webpubsub.service.webhooks.http_pool._connect"
#: As Express writes it.
_HEAD = (
    "HTTP/1.1 200 OK\r\nX-Powered-By: Express\r\n{header}"
    "Content-Type: text/plain; charset=utf-8\r\nContent-Length: {length}\r\n"
    "Date: Thu, 01 Jan 2026 00:00:00 GMT\r\nConnection: keep-alive\r\nKeep-Alive: timeout=5\r\n\r\n"
)
_QUESTION = b"OPTIONS "


def hub_settings() -> AllHubSettings:
    """That the events of the hub go to the webhook."""
    events = EventFilter(user_events=UserEvents(every=True))
    handler = EventHandlerSettings(url_template=_URL, events=events)
    return AllHubSettings({HUB: HubSettings(event_handlers=(handler,))})


class Webhook:
    """Answers every event with ``text``, between ``start`` and ``stop``."""

    def __init__(self, text: str) -> None:
        self._allowed = _answer("", "WebHook-Allowed-Origin: *\r\n")
        self._reply = _answer(text)
        self._connecting = mock.patch(_CONNECTING, self._connect)

    def start(self) -> None:
        """Be there."""
        self._connecting.start()

    def stop(self) -> None:
        """Be gone."""
        self._connecting.stop()

    def answer(self, request: bytes) -> bytes:
        """What is said to a request."""
        return self._allowed if request.startswith(_QUESTION) else self._reply

    async def _connect(self, _origin: Origin, _lookups: Lookups) -> HttpConnection:
        connection = HttpConnection()
        _Answering(connection, self)
        return connection


class _Answering(Wire):
    """The service's end of a connection to a webhook."""

    def __init__(self, connection: HttpConnection, webhook: Webhook) -> None:
        self._webhook = webhook
        self._loop = asyncio.get_running_loop()
        super().__init__(connection)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Have it answered."""
        super().write(data)
        self._loop.call_soon(self.send, self._webhook.answer(bytes(data)))


def _answer(text: str, header: str = "") -> bytes:
    return (_HEAD.format(header=header, length=len(text)) + text).encode()
