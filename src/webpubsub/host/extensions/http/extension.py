"""The HTTP trigger and the ``http`` output: a listener, and the way from a request to a function
and back.

Specification: functions-python sections 5 and 8.4.
"""

import logging
from collections.abc import Mapping
from pathlib import Path

from webpubsub.host.extension import (
    BindingError,
    InvocationContext,
    Invoke,
    TriggerCall,
)
from webpubsub.host.extensions.http.admin.api import AdminApi
from webpubsub.host.extensions.http.admin.context import AdminContext, Administration
from webpubsub.host.extensions.http.admission import Admission
from webpubsub.host.extensions.http.answering import Answering
from webpubsub.host.extensions.http.availability import Availability
from webpubsub.host.extensions.http.bodies import MAX_BODY_BYTES
from webpubsub.host.extensions.http.cors import CorsPolicy
from webpubsub.host.extensions.http.function_requests import HttpBindingData
from webpubsub.host.extensions.http.gate import Gate
from webpubsub.host.extensions.http.hsts import Hsts
from webpubsub.host.extensions.http.listener import Listener
from webpubsub.host.extensions.http.observed_answers import ObservedAnswers
from webpubsub.host.extensions.http.options import HttpOptions
from webpubsub.host.extensions.http.responses import (
    response_from,
)
from webpubsub.host.extensions.http.routing import (
    Route,
    RouteTable,
    is_of_web_app,
)
from webpubsub.host.extensions.http.system import SystemEndpoints
from webpubsub.host.extensions.http.webhooks import Webhook, Webhooks
from webpubsub.host.function_report import FunctionReport
from webpubsub.host.keys.files import KeyFiles
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.observation import ObservationPoint
from webpubsub.host.settings.host_config import HostConfig
from webpubsub.host.values import HttpReply, HttpRequestData, Value

logger = logging.getLogger("webpubsub.host.http")

_TRIGGER_TYPE = "httptrigger"
_DEFAULT_PREFIX = "api"
#: What the console shows for an address that only this machine understands.
_LOCALHOST = frozenset({"0.0.0.0", "127.0.0.1", "::", "::1"})  # noqa: S104 - shown, not bound


class HttpExtension:
    """Serves the HTTP functions of an app through a listener, which outlives it: the extension of
    the app that comes next takes the listener over.

    ``app_directory`` may hold an ``app_offline.htm``. ``keys`` are asked for; without them every
    request has every right. ``administration`` is what ``/admin`` is about. ``max_body_bytes``
    bounds a request's body. ``start_page`` False is the setting AzureWebJobsDisableHomepage.
    ``webhooks`` are those of other extensions, by lower-case name. ``stop_seconds`` is how long
    requests may take to finish after ``stop``. Raises HostError for settings of host.json that are
    wrong.
    """

    binding_types: Mapping[str, frozenset[str]] = {
        "httpTrigger": frozenset(),
        "http": frozenset(),
    }

    def __init__(
        self,
        config: HostConfig,
        *,
        listener: Listener,
        app_directory: Path | None = None,
        keys: KeyFiles | None = None,
        administration: Administration | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
        cors: CorsPolicy | None = None,
        start_page: bool = True,
        webhooks: Mapping[str, Webhook] = {},
        stop_seconds: float = 10.0,
        point: ObservationPoint | None = None,
    ) -> None:
        options = HttpOptions.of(config)
        self._prefix = options.prefix
        self._gate = Gate(keys, self._function_names)
        self._administration = administration
        self._webhooks = Webhooks(webhooks, self._gate, max_body_bytes)
        self._stop_seconds = stop_seconds
        self._routes = RouteTable()
        self._listener = listener
        answering = Answering(
            options=options,
            routes=self._routes,
            gate=self._gate,
            admission=Admission.of(config),
            availability=Availability(app_directory),
            system=SystemEndpoints(start_page=start_page),
            admin=AdminApi(self._context, self._gate),
            webhooks=self._webhooks,
            cors=cors or CorsPolicy(),
            hsts=Hsts(config),
            max_body_bytes=max_body_bytes,
        )
        self._answer = ObservedAnswers(answering, point or ObservationPoint())
        #: Whether the answer to a request that has arrived whole will be, too.
        self.takes = answering.takes

    @property
    def port(self) -> int:
        """The port it listens on, which is the one asked for unless that was 0."""
        return self._listener.port

    def url_of(self, function: FunctionMetadata) -> str:
        """The address of an HTTP function with its template as it is written. Raises
        BindingError."""
        return f"{self._base_url}/{self._route(function).template.text}"

    def webhook_url(self, extension: str) -> str:
        """The address of the webhook of an extension."""
        return f"{self._base_url}/runtime/webhooks/{extension}"

    @property
    def _base_url(self) -> str:
        address = self._listener.address
        host = "localhost" if address in _LOCALHOST else address
        return f"http://{f'[{host}]' if ':' in host else host}:{self.port}"

    def methods_of(self, function: FunctionMetadata) -> tuple[str, ...]:
        """The methods it declares, in upper case; none when it takes all. Raises BindingError."""
        return self._route(function).methods

    def check(self, function: FunctionMetadata, binding: Binding) -> None:
        """Validate a trigger's route, methods and authorisation level. Raises BindingError."""
        if binding.kind == _TRIGGER_TYPE:
            Route.of(function, binding, self._prefix)
        elif binding.direction != "out":
            raise BindingError(
                f"the http binding '{binding.name}' of function '{function.name}' has direction "
                f"'{binding.direction}', and must have 'out'."
            )

    def attach(self, function: FunctionMetadata, invoke: Invoke) -> None:
        """Take on a function. Raises BindingError when another one has its route."""
        if self._prefix and is_of_web_app(function.trigger.get("route")):
            logger.warning(
                "Function '%s' is a whole web application, and sees paths that begin with '/%s'. "
                'Set extensions.http.routePrefix to "" in host.json to have it see them without.',
                function.name,
                self._prefix,
            )
        if "%" in str(function.trigger.get("route")):
            logger.warning(
                "The route '%s' of function '%s' is taken as it is written, here and on Azure: no "
                "setting takes the place of '%%NAME%%', and '%%20' fits no space, because paths "
                "are compared decoded. Write the characters themselves.",
                function.trigger.get("route"),
                function.name,
            )
        self._routes.add(function, self._route(function), invoke)

    def attach_disabled(self, function: FunctionMetadata, invoke: Invoke) -> None:
        """Take on a disabled function: it is not found, but by whoever has the master key."""
        self._routes.add_disabled(function, self._route(function), invoke)

    def manual_call(self, function: FunctionMetadata, text: str) -> TriggerCall:
        """The call for a text: a POST request with that body."""
        data = HttpRequestData(
            method="POST",
            url=self.url_of(function),
            headers={"content-type": "text/plain; charset=utf-8"},
            query={},
            route_params={},
            body=text.encode(errors="replace"),
        )
        return TriggerCall(value=data, binding_data=HttpBindingData(data, {}, function.name))

    async def start(self) -> None:
        """Listen. Raises HostError when the port or the keys cannot be had."""
        self._gate.open(self._webhooks.names)
        await self._listener.start()

    def open(self) -> None:
        """Answer requests from now on."""
        self._listener.handler = self._answer
        self._listener.takes = self.takes

    async def drain(self) -> None:
        """Whoever sends a request is still answered."""

    async def stop(self) -> None:
        """Stop listening; requests that have begun are given ``stop_seconds`` to finish. If another
        one has taken the listener over, have those begin that came before it did."""
        if self._listener.handler in (None, self._answer):
            await self._listener.stop(self._stop_seconds)
        else:
            await self._listener.let_pass()

    async def write(self, binding: Binding, value: Value, context: InvocationContext) -> None:
        """Check that the value is a response; the trigger sends it. Raises BindingError."""
        if not isinstance(value, HttpReply):  # which is not made yet
            response_from(value)

    def _context(self) -> AdminContext | None:
        if self._administration is None:
            return None
        return AdminContext(
            host=self._administration.host(),
            restart=self._administration.restart,
            keys=self._gate.files,
            url_of=self._invoke_url,
        )

    def _invoke_url(self, report: FunctionReport) -> str | None:
        try:
            is_http = report.metadata.trigger.kind == _TRIGGER_TYPE
            return self.url_of(report.metadata) if is_http else None
        except (BindingError, ValueError):
            return None  # the function is in error, and says so

    def _function_names(self) -> list[str]:
        return [function.name for function in self._routes.functions]

    def _route(self, function: FunctionMetadata) -> Route:
        return Route.of(function, function.trigger, self._prefix)
