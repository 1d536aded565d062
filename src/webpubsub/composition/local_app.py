"""A function app, its host and its service, put together in one process."""

import logging
from collections.abc import Sequence
from pathlib import Path

import msgspec

from webpubsub.composition.connections import Connections
from webpubsub.composition.surroundings import Surroundings
from webpubsub.composition.workers import new_worker, worker_count
from webpubsub.host.connections.connection_settings import (
    DEFAULT_CONNECTION,
    HOST_JSON_PATH,
    default_hub,
)
from webpubsub.host.errors import BrokenApp, HostError
from webpubsub.host.extension import BindingError
from webpubsub.host.extensions.http import HttpExtension
from webpubsub.host.extensions.http.admin.context import Administration
from webpubsub.host.extensions.http.bodies import MAX_BODY_BYTES
from webpubsub.host.extensions.http.cors import CorsPolicy
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.extensions.timer import TimerExtension
from webpubsub.host.extensions.timer.statuses import FileStatusStore
from webpubsub.host.extensions.timer.time_zone import schedule_zone
from webpubsub.host.extensions.timer.turns import Turns
from webpubsub.host.extensions.webpubsub import WebPubSubExtension
from webpubsub.host.extensions.webpubsub.entry import EventEntry
from webpubsub.host.extensions.webpubsub.properties import connection_names, optional_text
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.generation import AppGeneration
from webpubsub.host.host import FunctionHost
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.metadata import Binding
from webpubsub.host.observation import ObservationPoint
from webpubsub.host.settings.app_settings import AppSettings
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.service.hub_settings.model import AllHubSettings
from webpubsub.service.service import Service, ServiceStartError
from webpubsub.service.settings import ServiceSettings

_logger = logging.getLogger(__name__)

#: How long functions may take to end when the host stops: usually, and when it drains first.
_STOP_SECONDS = 10.0
_DRAIN_SECONDS = 600.0
_PORT = 7071
_ADDRESS = "127.0.0.1"
_WEB_PUBSUB = "webpubsub"
_TRIGGER = "webpubsubtrigger"
_CONTEXT = "webpubsubcontext"
_BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where an app is, where it listens, and what else is chosen when it starts. Port 0 lets the
    system choose; None, like no address, leaves it to the app's settings.

    ``functions`` are the names, in lower case, of those to run; ``cors`` are origins with commas
    between. ``workers`` is how many processes run the functions: 0 is this one. Where ``isolated``,
    the app uses the embedded service only, whatever its settings say.
    """

    folder: Path
    port: int | None = None
    service_port: int = 8080
    address: str | None = None
    asks_for_keys: bool = False
    workers: int | None = None
    functions: frozenset[str] | None = None
    cors: str | None = None
    cors_credentials: bool = False
    user_log_level: str | None = None
    isolated: bool = False


class LocalApp:
    """An app that runs here, with an embedded service unless its settings name another one.

    The embedded service has these ``hub_settings``, and these ``service_settings`` except for where
    it listens and its key. ``surroundings`` are this machine, unless told otherwise. Raises
    HostError when the settings of the app are wrong.
    """

    def __init__(
        self,
        place: Place,
        hub_settings: AllHubSettings | None = None,
        service_settings: ServiceSettings | None = None,
        surroundings: Surroundings | None = None,
    ) -> None:
        self.folder = place.folder.resolve()
        self._surroundings = around = surroundings or Surroundings()
        self.chosen = place.functions
        self.settings = AppSettings.load(self.folder)
        self._cors = _cors(place, self.settings)
        self._user_log_level = place.user_log_level
        self.config = self._host_json()
        self.address = place.address or self.settings.host.get("localhttpaddress") or _ADDRESS
        self._isolated = place.isolated
        self.connections = Connections(
            self.settings, self.config, place.service_port, isolated=place.isolated
        )
        self.keys = KeyFiles.for_app(self.folder, self.settings) if place.asks_for_keys else None
        drains = _is_true(self.settings.get("FUNCTIONS_ENABLE_DRAIN_ON_APP_STOPPING"))
        self._stop_seconds = _DRAIN_SECONDS if drains else _STOP_SECONDS
        self._new_worker = new_worker(worker_count(place.workers, self.settings))
        self._events = EventEntry()
        #: Where the dashboard, traces and recordings of the host attach.
        self.point = ObservationPoint()
        self.listener = Listener(
            self.address,
            _port(place, self.settings),
            listens=around.listens,
            timers=around.timers,
        )
        self._turns = Turns()
        self.service = self._new_service(
            place.service_port, hub_settings, service_settings or ServiceSettings()
        )
        self.connections.embedded = self.service.client
        self.listener.heard = lambda: self.service.heard
        self.serves_clients = False
        self.host = FunctionHost(self._new_generation, self.point)

    @property
    def http(self) -> HttpExtension:
        """The HTTP functions of the app as it is now."""
        return self.host.app.extension(HttpExtension)

    @property
    def web_pubsub(self) -> WebPubSubExtension:
        """The Web PubSub functions of the app as it is now."""
        return self.host.app.extension(WebPubSubExtension)

    async def start(self, *, waits: bool = False) -> None:
        """Serve. Raises HostError; whatever had started by then is stopped again.

        If this ``waits``, only the port stays open after a BrokenApp, and answers 503 until
        ``reload`` serves what has become of the app.
        """
        try:
            await self.listener.start()  # user code may ask for the port while it is imported
            self.settings.describe_host(self.folder, f"localhost:{self.listener.port}")
            if self._isolated:
                await self._start_service()
                self._tell_where_it_is([DEFAULT_CONNECTION])
            await self.host.start()
            await self._serve_clients()
            if self._isolated:
                self._tell_where_it_is(self.connection_names())
        except HostError as problem:
            if not (waits and isinstance(problem, BrokenApp)):
                await self.stop()
            raise

    async def inspect(self) -> Sequence[FunctionReport]:
        """What becomes of each function, with nothing served. Raises HostError."""
        self.settings.describe_host(self.folder, f"localhost:{self.listener.port}")
        try:
            await self.host.app.index()
            return self.host.functions
        finally:
            await self.stop()

    async def reload(self) -> None:
        """Serve the app as its files are now. Raises HostError; what served then serves on."""
        await self.host.reload()
        self._tell_what_stays()
        try:
            await self._serve_clients()
        except HostError as error:
            _logger.error("%s", error)

    def _tell_what_stays(self) -> None:
        if self.host.app.config.text(HOST_JSON_PATH) != self.config.text(HOST_JSON_PATH):
            _logger.warning(
                "host.json: %s has changed, which takes effect when webpubsub is started again.",
                HOST_JSON_PATH.replace(":", "."),
            )

    async def stop(self) -> None:
        """Finish what has begun: events of clients, then functions, within bounded time."""
        await self.service.stop()
        await self.host.stop(self._stop_seconds)
        await self.listener.stop(0)  # open still, if the app did not come to use it
        await self.connections.close()

    def remote_endpoints(self) -> list[str]:
        """The services elsewhere that the app's bindings use, in order."""
        endpoints = (endpoint for binding in self._bindings() for endpoint in self._used(binding))
        return list(dict.fromkeys(endpoint for endpoint in endpoints if endpoint is not None))

    def connection_names(self) -> Sequence[str]:
        """The settings that name the services of the app, the default one first."""
        used = (name for binding in self._bindings() for name in self._names_in(binding))
        return list(dict.fromkeys((DEFAULT_CONNECTION, *filter(None, used))))

    @property
    def webhook_url(self) -> str:
        """Where services elsewhere deliver their events."""
        return self.http.webhook_url(_WEB_PUBSUB)

    async def _serve_clients(self) -> None:
        """Say where events go, and start the embedded service once the app uses it; clients would
        miss it if it stopped."""
        if self.web_pubsub.events and self._surroundings.listens:
            _logger.info("Registered Web PubSub negotiate Endpoint = %s", self.webhook_url)
        if self.serves_clients or (self.remote_endpoints() and not self._uses_embedded()):
            return
        await self._start_service()

    async def _start_service(self) -> None:
        try:
            await self.service.start(listens=self._surroundings.listens)
        except ServiceStartError as error:
            raise HostError(str(error)) from None
        self.serves_clients = True

    def _tell_where_it_is(self, names: Sequence[str]) -> None:
        """To code of the app that reads the connection string itself."""
        self.settings.environment.update(dict.fromkeys(names, self.service.connection_string))

    def _uses_embedded(self) -> bool:
        return any(None in self._used(binding) for binding in self._bindings())

    def _bindings(self) -> list[Binding]:
        return [
            binding
            for report in self.host.functions
            for binding in report.metadata.bindings
            if binding.kind.startswith(_WEB_PUBSUB)
        ]

    def _used(self, binding: Binding) -> Sequence[str | None]:
        """The endpoints of the services that a binding names, None for the embedded one."""
        try:
            return [self.connections.remote_endpoint(name) for name in self._names_in(binding)]
        except BindingError:
            return []  # its function is in error, and says so itself

    @staticmethod
    def _names_in(binding: Binding) -> Sequence[str | None]:
        """The connections that a binding names, None for the default one."""
        try:
            if binding.kind not in (_TRIGGER, _CONTEXT):
                return [optional_text(binding, "connection")]
            return connection_names(binding) or [None]
        except BindingError:
            return []

    def _new_generation(self) -> AppGeneration:
        config, around = self._host_json(), self._surroundings
        config.tell_of_sections()
        timers = TimerExtension(
            zone=schedule_zone(self.settings.environment),
            statuses=around.statuses
            or FileStatusStore.for_app(self.folder, self.settings.environment),
            clock=around.wall_clock,
            turns=self._turns,
        )
        web_pubsub = WebPubSubExtension(
            self.connections.client,
            accesses=self.connections.accesses,
            hub=default_hub(self.settings, config),
            entry=self._events,
            point=self.point,
        )
        return AppGeneration(
            self.folder,
            worker=self._new_worker(),
            config=config,
            settings=self.settings,
            extensions=(self._new_http(config, web_pubsub), timers, web_pubsub),
            point=self.point,
            timers=around.timers,
        )

    def _host_json(self) -> HostConfig:
        config = HostConfig.load(self.folder, self.settings.environment)
        if self.chosen is not None:
            config = msgspec.structs.replace(config, functions=self.chosen)
        return config.with_user_level(self._user_log_level) if self._user_log_level else config

    def _new_http(self, config: HostConfig, web_pubsub: WebPubSubExtension) -> HttpExtension:
        return HttpExtension(
            config,
            listener=self.listener,
            app_directory=self.folder,
            keys=self.keys,
            administration=Administration(lambda: self.host, self.reload),
            stop_seconds=self._stop_seconds,
            max_body_bytes=_body_limit(self.settings),
            cors=self._cors,
            start_page=not _is_true(self.settings.get("AzureWebJobsDisableHomepage")),
            webhooks={_WEB_PUBSUB: web_pubsub.receive},
            point=self.point,
        )

    def _new_service(
        self, port: int, hub_settings: AllHubSettings | None, given: ServiceSettings
    ) -> Service:
        try:
            settings = msgspec.structs.replace(
                given, address=self.address, port=port, access_keys=(self.connections.key,)
            )
        except ValueError as problem:
            raise HostError(f"the built-in service: {problem}") from None
        around = self._surroundings
        return Service(
            settings,
            self._events,
            hub_settings=hub_settings,
            clock=around.clock,
            timers=around.timers,
        )


def _cors(place: Place, settings: AppSettings) -> CorsPolicy:
    listed = settings.host.get("cors") if place.cors is None else place.cors
    credentials = place.cors_credentials or _is_true(settings.host.get("corscredentials"))
    return CorsPolicy.parse(listed, credentials)


def _is_true(text: str | None) -> bool:
    return (text or "").lower() in ("true", "1")


def _body_limit(settings: AppSettings) -> int:
    text = settings.get(_BODY_LIMIT)
    if text is None:
        return MAX_BODY_BYTES
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise HostError(f"{_BODY_LIMIT} is '{text}', and must be a number of bytes.")
    return int(text)


def _port(place: Place, settings: AppSettings) -> int:
    if place.port is not None:
        return place.port
    text = settings.host.get("localhttpport", str(_PORT))
    if not (text.isascii() and text.isdigit() and int(text) <= 65_535):
        raise HostError(
            f"local.settings.json: Host.LocalHttpPort is '{text}', and must be 0 to 65535."
        )
    return int(text)
