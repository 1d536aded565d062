"""The whole service: what a command, a test or a host starts and stops."""

import asyncio
import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from webpubsub.ingress.ports import close_port
from webpubsub.ingress.turnstile import MOST_AT_ONCE, Turnstile
from webpubsub.protocol.connection_strings import ConnectionString, host_of
from webpubsub.protocol.seams import EventHandler
from webpubsub.protocol.timers import Timers
from webpubsub.service.connections.recovery import Recovery
from webpubsub.service.events.event_router import EventRouter
from webpubsub.service.faults.faults import Faults
from webpubsub.service.front_door.front_door import House
from webpubsub.service.front_door.kept_alive import KeptAlive
from webpubsub.service.front_door.opening import Opening
from webpubsub.service.front_door.reception import Reception
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.in_process import InProcessClient
from webpubsub.service.listeners.listeners import Listeners
from webpubsub.service.listeners.target import ListenerError
from webpubsub.service.observation import ObservationPoint
from webpubsub.service.rest.api import RestApi
from webpubsub.service.rest.extra_pages import ExtraPages, PagesFirst
from webpubsub.service.rest.server import HttpServer
from webpubsub.service.settings import ServiceSettings
from webpubsub.service.status import Status
from webpubsub.service.sweeper import Sweeper
from webpubsub.service.webhooks.caller import Webhooks
from webpubsub.service.websockets.frame_reader import FrameParsers
from webpubsub.service.websockets.outgoing.flusher import Flusher

_ALL_ADDRESSES = ("", "0.0.0.0", "::")  # noqa: S104
_BACKLOG = 1024
_POLL = 0.01
#: For the event loop to report transports that were aborted.
_ABORT_TIMEOUT = 1.0


class ServiceStartError(Exception):
    """The service cannot start; the text is one line that says why and how to mend it."""


class Service:
    """A Web PubSub service on one port of this machine.

    ``handler`` answers the events of clients; what it leaves unhandled goes to the webhooks that
    ``hub_settings`` name. Where there is neither, clients connect as their tokens say and their
    events fail. ``clock`` gives seconds since the epoch; whatever is measured in seconds besides
    goes by ``timers``, or else by the event loop. Use it as an asynchronous context manager, or
    call ``start`` and ``stop``.
    """

    def __init__(
        self,
        settings: ServiceSettings | None = None,
        handler: EventHandler | None = None,
        *,
        hub_settings: AllHubSettings | None = None,
        clock: Callable[[], float] = time.time,
        timers: Timers | None = None,
    ) -> None:
        self.settings = settings or ServiceSettings()
        self._port = self.settings.port
        #: May be replaced while the service runs, for whatever happens from then on.
        self.hub_settings = hub_settings or AllHubSettings()
        self.status = Status.STARTING
        #: Where the dashboard, traces, recordings and faults attach.
        self.point = ObservationPoint()
        #: Who answers HTTP requests ahead of the REST API; may be set before the service starts.
        self.pages: ExtraPages | None = None
        self._webhooks = Webhooks(
            host_of(self.endpoint),
            clock=clock,
            timers=timers,
            timeout=self.settings.event_timeout,
            point=self.point,
        )
        self._listeners = Listeners(self.hub_settings, point=self.point)
        self._router = EventRouter(
            handler,
            keys=self.settings.access_keys,
            clock=clock,
            origin=host_of(self.endpoint),
            point=self.point,
            hub_settings=self.hub_settings,
            webhooks=self._webhooks,
            listeners=self._listeners,
            timeout=self.settings.event_timeout,
            timers=timers,
        )
        self.hubs = Hubs(self._router, self.point)
        self.client = InProcessClient(
            self.hubs,
            endpoint=lambda: self.endpoint,
            key=self.settings.access_keys[0],
            clock=clock,
        )
        self._clock = clock
        self._timers = timers
        self._parsers = FrameParsers(self.settings.max_message_bytes)
        self._listener: asyncio.Server | None = None

    @property
    def endpoint(self) -> str:
        """The URL of the service; with port 0 in the settings it is known once it has started."""
        public = self.settings.public_endpoint
        return public.rstrip("/") if public else f"http://{self._authority()}"

    @property
    def connection_string(self) -> str:
        """Everything an application needs to use the service, the primary key included."""
        return str(ConnectionString(self.endpoint, self.settings.access_keys[0]))

    @property
    def heard(self) -> int:
        """How often anything of a client has been read since it was let in."""
        return self._parsers.reads

    @property
    def is_idle(self) -> bool:
        """Whether no event is on its way to the application, and nobody waits to be let in."""
        return self._router.is_idle and self._house.is_idle

    def door(self) -> asyncio.Protocol:
        """A protocol for a connection that comes another way than through the port."""
        return self._house.door()

    async def start(self, *, listens: bool = True) -> None:
        """Listen, unless connections come through ``door`` only. Raises ServiceStartError when the
        address or port cannot be had, or an event listener cannot be used."""
        loop = asyncio.get_running_loop()
        timers = self._timers or loop
        try:
            await self._listeners.start()
        except ListenerError as error:
            raise ServiceStartError(str(error)) from None
        self._sweeper = Sweeper(timers.time, self.settings.ping_interval)
        self.recovery = Recovery(self._sweeper, self.settings.recovery_window)
        self._http = self._http_server()
        self._house = self._furnished(loop)
        self.faults = Faults(
            hubs=self.hubs, router=self._router, door=self._house, point=self.point, timers=timers
        )
        if listens:
            self._listener = await self._listen(loop)
            self._port = self._listener.sockets[0].getsockname()[1]
        self._sweeper.start(timers)
        self.status = Status.SERVING

    async def stop(self) -> None:
        """Let pending events be answered, say goodbye to clients, then close.

        Every wait is bounded by the settings.
        """
        if self.status is not Status.SERVING:
            return
        self.status = Status.STOPPING
        if self._listener is not None:
            listener, self._listener = self._listener, None
            await close_port(listener)
        if self.pages is not None:
            self.pages.close()
        await self._router.drain(self.settings.stop_timeout)
        await self._house.close()
        await self._send_clients_away()
        await self._router.drain(self.settings.stop_timeout)
        await self._webhooks.close()
        await self._listeners.stop(self.settings.stop_timeout)
        # Closes idle connections, which would otherwise be waited for.
        self._http.pre_shutdown()
        await self._http.shutdown(self.settings.close_timeout)
        self.status = Status.STOPPED

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _http_server(self) -> HttpServer:
        rest = RestApi(self.hubs, self.settings, self._clock, lambda: self.status, self.point)
        handler = rest if self.pages is None else PagesFirst(self.pages, rest)
        # The front door has measured the head, so the parser need not be stricter.
        return HttpServer(
            KeptAlive(handler, lambda: self._house),
            max_head_bytes=self.settings.max_head_bytes,
            head_timeout=self.settings.head_timeout,
            sweeper=self._sweeper,
        )

    def _furnished(self, loop: asyncio.AbstractEventLoop) -> House:
        flusher = Flusher(loop)
        opening = Opening(
            settings=self.settings,
            router=self._router,
            flusher=flusher,
            sweeper=self._sweeper,
            parsers=self._parsers,
            recovery=self.recovery,
            point=self.point,
            clock=self._clock,
        )
        reception = Reception(
            settings=self.settings,
            hubs=self.hubs,
            router=self._router,
            opening=opening,
            recovery=self.recovery,
            point=self.point,
            clock=self._clock,
            hub_settings=self.hub_settings,
        )
        return House(
            reception=reception,
            http=self._http,
            arrivals=Turnstile(loop, flusher.flush, lambda: self.heard),
            requests=Turnstile(loop, flusher.flush, lambda: self.heard, MOST_AT_ONCE),
        )

    async def _listen(self, loop: asyncio.AbstractEventLoop) -> asyncio.Server:
        settings = self.settings
        try:
            return await loop.create_server(
                self._house.door, settings.address, settings.port, backlog=_BACKLOG
            )
        except OSError as error:
            raise ServiceStartError(
                f"the service cannot listen on {settings.address} port {settings.port}: "
                f"{(error.strerror or str(error)).lower()}. Stop what uses it, or choose another "
                "port."
            ) from None

    async def _send_clients_away(self) -> None:
        for hub in self.hubs:
            for session in tuple(hub.sessions.values()):
                if session.attachment is not None:
                    session.attachment.leave()
                else:
                    hub.end(session, "")
        await self._until_deserted(self.settings.close_timeout)
        # Whoever has not answered by now is cut off, and the application is told of it.
        self._sweeper.stop()
        await self._until_deserted(_ABORT_TIMEOUT)

    async def _until_deserted(self, seconds: float) -> None:
        """Wait for the last session to end, but no longer than that."""
        deadline = time.monotonic() + seconds
        # Once in the life of a service, this is not worth an event that every ending would set.
        while any(hub.sessions for hub in self.hubs) and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_POLL)

    def _authority(self) -> str:
        address = self._reachable_address()
        return f"[{address}]:{self._port}" if ":" in address else f"{address}:{self._port}"

    def _reachable_address(self) -> str:
        address = self.settings.address
        return "127.0.0.1" if address in _ALL_ADDRESSES else address
