"""The extension: it takes the service's events to functions, and what functions ask for to the
service.

Specification: bindings sections 2, 3.5 and 4 to 8.
"""

import logging
from collections.abc import Callable, Mapping, Sequence

from webpubsub.host.extension import (
    MANUAL_REASON,
    BindingError,
    InvocationContext,
    Invoke,
    Read,
    TriggerCall,
)
from webpubsub.host.extensions.webpubsub import connection_input, context_input, output
from webpubsub.host.extensions.webpubsub.accesses import EVERYBODY, AccessList
from webpubsub.host.extensions.webpubsub.answer_traps import look
from webpubsub.host.extensions.webpubsub.answers import (
    AWAITING,
    NO_ANSWER,
    Answer,
    answer_of,
    answer_of_failure,
)
from webpubsub.host.extensions.webpubsub.binding_traps import (
    CONNECTION,
    CONTEXT,
    TRIGGER,
    tell_of_binding,
)
from webpubsub.host.extensions.webpubsub.entry import NOT_RUNNING, EventEntry
from webpubsub.host.extensions.webpubsub.event_traces import trace_of
from webpubsub.host.extensions.webpubsub.event_value import (
    EventBindingData,
    TriggerValue,
)
from webpubsub.host.extensions.webpubsub.manual_events import manual_event
from webpubsub.host.extensions.webpubsub.observed_client import observed
from webpubsub.host.extensions.webpubsub.outcomes import outcome_of
from webpubsub.host.extensions.webpubsub.properties import (
    connection_names,
    has_expressions,
    optional_text,
    wrong,
)
from webpubsub.host.extensions.webpubsub.routes import (
    Route,
    Routes,
    trigger_key,
)
from webpubsub.host.extensions.webpubsub.trap_log import TrapLog
from webpubsub.host.extensions.webpubsub.webhook import Webhook
from webpubsub.host.extensions.webpubsub.webhook_answers import text_answer
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.observation import ObservationPoint
from webpubsub.host.values import Value
from webpubsub.host.worker import InvocationResult, WorkerLost
from webpubsub.protocol import traps
from webpubsub.protocol.cloud_events.wire import WebhookAnswer, WebhookRequest
from webpubsub.protocol.events import (
    AnyEventRequest,
    EventType,
)
from webpubsub.protocol.outcomes import EventOutcome, Notified, Unhandled
from webpubsub.protocol.seams import ServiceClient

_REASON = "An event of the Web PubSub service arrived."
_UNHANDLED = Unhandled()
_NOT_FOUND = WebhookAnswer(status=404)
_NOTIFIED = Notified()

_logger = logging.getLogger(__name__)


class WebPubSubExtension:
    """Serves the bindings of Web PubSub, and takes events: those that come in at an entry, and
    those that ``receive`` is given by a webhook.

    ``clients`` gives the service that a binding's ``connection`` names, None for the app's default,
    and ``accesses`` who may deliver events to a function that names these connections, none for the
    default; both raise BindingError for one that is not configured. ``hub`` is the hub of bindings
    that name none.
    """

    binding_types: Mapping[str, frozenset[str]] = {
        "webPubSubTrigger": frozenset({"hub", "eventname"}),
        "webPubSubConnection": frozenset({"hub", "userid"}),
        "webPubSubContext": frozenset(),
        "webPubSub": frozenset({"hub"}),
    }

    def __init__(
        self,
        clients: Callable[[str | None], ServiceClient],
        *,
        accesses: Callable[[Sequence[str]], AccessList] = lambda _: EVERYBODY,
        hub: str | None = None,
        entry: EventEntry | None = None,
        point: ObservationPoint | None = None,
    ) -> None:
        self._point = point or ObservationPoint()
        self._clients = clients
        self._accesses = accesses
        self._entry = entry or EventEntry()
        self._hub = hub or None
        self._routes = Routes()
        self._webhook = Webhook(self._routes, self._answer, self._point)
        self._hubs: dict[str, None] = {}
        self._traps = TrapLog()
        self._contexts: set[str] = set()
        self._has_others = False
        self._running = False

    @property
    def hubs(self) -> Sequence[str]:
        """The hubs that bindings name, in lower case and in the order of the app; those that are
        known only at a call are not among them."""
        return tuple(self._hubs)

    @property
    def events(self) -> Sequence[tuple[str, EventType, str]]:
        """Hub, type and name of every event that a function takes."""
        return self._routes.events

    def check(self, function: FunctionMetadata, binding: Binding) -> None:
        """Validate a binding. Raises BindingError."""
        self._check(binding)
        tell_of_binding(function, binding, self._traps.of(function.name))
        if binding.kind == CONTEXT:
            self._contexts.add(function.name)
        else:
            self._has_others = True

    def _check(self, binding: Binding) -> None:
        if binding.kind == CONTEXT:
            context_input.check(binding)
            return
        if binding.kind == TRIGGER:
            self._hubs[trigger_key(binding, self._hub).hub] = None
            return
        module = connection_input if binding.kind == CONNECTION else output
        module.check(binding, self._hub)
        connection = optional_text(binding, "connection")
        try:
            client = self._clients(connection)
        except BindingError as error:
            raise wrong(binding, str(error)) from None
        if binding.kind == CONNECTION:
            connection_input.check_service(binding, client)
        hub = connection_input.binding_hub(binding, self._hub)
        if hub is not None and not has_expressions(hub):
            self._hubs[hub.lower()] = None

    def attach(self, function: FunctionMetadata, invoke: Invoke) -> None:
        """Take on a function. Raises BindingError when another one has its event."""
        binding = function.trigger
        tell = self._traps.of(function.name)
        route = Route(
            function=function,
            invoke=invoke,
            parameter=binding.name,
            data_type=binding.data_type,
            accesses=self._access_list(binding),
            tell=tell,
            look=look(tell, [output.name for output in function.outputs]),
        )
        self._routes.add(trigger_key(binding, self._hub), route)

    def manual_call(self, function: FunctionMetadata, text: str) -> TriggerCall:
        """The call for an event that somebody makes up. Raises BindingError."""
        binding = function.trigger
        event = manual_event(trigger_key(binding, self._hub), text)
        return _call(TriggerValue(event=event, parameter=binding.name, data_type=binding.data_type))

    async def start(self) -> None:
        """There is nothing to get ready."""

    def open(self) -> None:
        """Begin to take events."""
        self._running = True
        self._entry.handle = self.handle
        self._entry.wants = self.wants
        self._warn_of_open_routes()
        if not self._has_others:
            for name in self._contexts:
                self._traps.of(name)(traps.BINDING_CONTEXT_ALONE, "has the app's only such binding")

    async def drain(self) -> None:
        """Clients are still answered."""

    async def stop(self) -> None:
        """Take no more events; each fails from now on."""
        self._running = False

    async def handle(self, event: AnyEventRequest) -> EventOutcome:
        """Call the function for an event, and answer with what it returned.

        Nobody waits for the answer to ``connected`` and ``disconnected``, so these have been
        delivered even when the function failed. Specification: bindings sections 5.1 and 5.8.
        """
        if not self._running:
            return NOT_RUNNING
        route = self._routes.find(event.connection_context)
        if route is None:
            return _UNHANDLED
        result = await route.invoke(_event_call(route, event))
        answer = _answer_in(result, route, event)
        if not isinstance(event, AWAITING):
            return _NOTIFIED
        return outcome_of(event, answer)

    def wants(self, hub: str, system_event: str) -> bool:
        """Whether the answer to a system event may be anything but that no function takes it."""
        return not self._running or self._routes.has(hub, EventType.SYSTEM, system_event)

    async def receive(self, request: WebhookRequest) -> WebhookAnswer:
        """Answer a request of a service elsewhere; an app without any of these bindings has no
        webhook. Specification: bindings section 3."""
        if not self._running:
            return text_answer(NOT_RUNNING.status, NOT_RUNNING.message)
        if not self._has_others and not self._contexts:
            return _NOT_FOUND
        return await self._webhook.receive(request)

    async def _answer(self, route: Route, event: AnyEventRequest) -> Answer:
        """Call the function for an event that a webhook has received."""
        return _answer_in(await route.invoke(_event_call(route, event)), route, event)

    def _warn_of_open_routes(self) -> None:
        if names := [route.function.name for route in self._routes if route.accesses.is_open]:
            _logger.warning(
                "ANYBODY who reaches the webhook can call %s: no connection says which service may "
                "send events, so neither origins nor signatures are checked. Set the connection "
                "string of the service as WebPubSubConnectionString.",
                ", ".join(names),
            )

    def _access_list(self, binding: Binding) -> AccessList:
        try:
            return self._accesses(connection_names(binding))
        except (BindingError, ValueError) as error:
            raise wrong(binding, str(error)) from None

    def reader(self, binding: Binding) -> Read:
        """What gives the connection for a client, or the event in a request. Raises
        BindingError."""
        if binding.kind == CONTEXT:
            return context_input.reader(binding, self._accesses)
        if binding.kind != CONNECTION:
            raise wrong(binding, "this is not an input.")
        return connection_input.reader(binding, self._clients, self._hub)

    async def write(self, binding: Binding, value: Value, context: InvocationContext) -> None:
        """Carry out actions. Raises BindingError."""
        client = self._clients(optional_text(binding, "connection"))
        performer = observed(client, self._point, binding.name, context)
        tell = self._traps.of(context.function.name)
        await output.write(binding, value, context, performer, self._hub, tell)


def _event_call(route: Route, event: AnyEventRequest) -> TriggerCall:
    value = TriggerValue(event=event, parameter=route.parameter, data_type=route.data_type)
    value.tell_of_message(route.tell)
    return _call(value, _REASON)


def _answer_in(result: InvocationResult, route: Route, event: AnyEventRequest) -> Answer:
    """What a function's result says to an event, wherever that came from."""
    if not isinstance(event, AWAITING):
        if result.return_value is not None:
            route.tell(traps.ANSWER_UNREAD, "returned something to an event that has no answer")
        return NO_ANSWER
    if result.failure is not None:
        if result.failure.type != WorkerLost.__name__:  # which no code of the app can catch
            route.tell(traps.ANSWER_RAISES, f"failed with {result.failure.type}")
        return answer_of_failure(event, result.failure)
    return answer_of(event, result.return_value, route.look)


def _call(value: TriggerValue, reason: str = MANUAL_REASON) -> TriggerCall:
    return TriggerCall(
        value=value,
        binding_data=EventBindingData(value),
        trigger_metadata=value.metadata,
        reason=reason,
        trace_context=trace_of(value.event),
    )
