"""A service with its dashboard, a browser's requests to it, and things to be seen."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any

from aiohttp import ClientResponse, ClientSession, ClientTimeout, DummyCookieJar

from tests.service.wire import PATIENCE, App
from webpubsub.dashboard.dashboard import Dashboard
from webpubsub.dashboard.recorder import Entry
from webpubsub.protocol.events import (
    ConnectEventRequest,
    ConnectionContext,
    EventType,
    UserEventRequest,
)
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings

HELLO = Message(DataType.TEXT, b"hello")
TRACE = "a" * 32


class Answer:
    """What the dashboard has answered."""

    def __init__(self, response: ClientResponse, body: bytes) -> None:
        self.status = response.status
        self.headers = response.headers
        self.cookies = response.cookies
        self.body = body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class World:
    """Somebody in front of the page, whose cookie is sent with every request."""

    def __init__(self, service: Service, dashboard: Dashboard, http: ClientSession) -> None:
        self.service = service
        self.dashboard = dashboard
        self.http = http
        self.cookie = ""

    @property
    def host(self) -> str:
        return self.service.endpoint.removeprefix("http://")

    async def come_in(self) -> Answer:
        """Open the link."""
        answer = await self.get(self.dashboard.link.removeprefix(self.service.endpoint))
        [cookie] = answer.cookies.values()
        self.cookie = f"{cookie.key}={cookie.value}"
        return answer

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return await self.ask("GET", path, headers=headers)

    async def post(self, name: str, value: Any, headers: Mapping[str, str] | None = None) -> Answer:
        """What the page's own script sends."""
        data = value if isinstance(value, bytes) else json.dumps(value).encode()
        given = {"Origin": self.service.endpoint, "Content-Type": "application/json"}
        path = f"/dashboard/api/{name}"
        return await self.ask("POST", path, data=data, headers={**given, **(headers or {})})

    async def ask(
        self, method: str, path: str, *, data: Any = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        given = {"Cookie": self.cookie} if self.cookie else {}
        async with self.http.request(
            method,
            self.service.endpoint + path,
            data=None if data is None else BytesIO(data),
            headers={**given, **(headers or {})},
            allow_redirects=False,
            timeout=ClientTimeout(PATIENCE),
        ) as response:
            return Answer(response, await response.read())


@asynccontextmanager
async def running_world(app: App | None = None, **settings: Any) -> AsyncIterator[World]:
    """A service that is watched, and somebody who has not come in yet."""
    chosen = {"port": 0, "close_timeout": 1.0, "stop_timeout": 1.0, **settings}
    service = Service(ServiceSettings(**chosen), app)
    service.pages = dashboard = Dashboard(service)
    dashboard.watch()
    async with service, ClientSession(cookie_jar=DummyCookieJar()) as http:
        yield World(service, dashboard, http)


def sighting(item: Any, *, trace: str = TRACE, span: str = "b" * 16) -> Sighting[Any]:
    """Something that has passed a point."""
    return Sighting(item, SpanContext(trace, span), 100.0, 5.0)


def entry(item: Any, number: int = 1) -> Entry:
    """The same, as it is kept."""
    return Entry(number, sighting(item))


def user_event(message: Message = HELLO, name: str = "message") -> UserEventRequest:
    """An event of alice."""
    context = ConnectionContext(
        event_type=EventType.USER,
        event_name=name,
        hub="chat",
        connection_id="c1",
        user_id="alice",
        signature="sha256=secret",
    )
    return UserEventRequest(connection_context=context, message=message)


def connect_event(headers: Mapping[str, Sequence[str]]) -> ConnectEventRequest:
    """A client at the door."""
    context = ConnectionContext(
        event_type=EventType.SYSTEM, event_name="connect", hub="chat", connection_id="c1"
    )
    return ConnectEventRequest(connection_context=context, headers=headers)
