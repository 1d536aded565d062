"""Bindings, functions, events and a recording service for the tests of the extension."""

from collections.abc import Mapping, Sequence
from typing import Any

from webpubsub.host.extension import InvocationContext, TriggerCall
from webpubsub.host.extensions.webpubsub.extension import WebPubSubExtension
from webpubsub.host.metadata import Binding, FunctionMetadata
from webpubsub.host.values import HttpRequestData, Value
from webpubsub.host.worker import FunctionFailure, InvocationResult
from webpubsub.protocol import events
from webpubsub.protocol.cloud_events.wire import WebhookRequest
from webpubsub.protocol.connection_states import encode_states
from webpubsub.protocol.events import AnyEventRequest, ConnectionContext, EventType
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.operations import HubOperation
from webpubsub.protocol.seams import ClientAccess, ServiceRefused


def trigger(**properties: Any) -> Binding:
    """A trigger for the user event ``message`` of hub ``chat``, with properties changed; None
    removes one."""
    return _binding(
        {
            "type": "webPubSubTrigger",
            "direction": "IN",
            "name": "request",
            "hub": "chat",
            "eventType": "user",
            "eventName": "message",
        }
        | properties
    )


def connection(**properties: Any) -> Binding:
    """A connection input for hub ``chat``, with properties changed."""
    defaults = {"type": "webPubSubConnection", "direction": "in", "name": "conn", "hub": "chat"}
    return _binding(defaults | properties)


def output(**properties: Any) -> Binding:
    """An output for hub ``chat``, with properties changed."""
    defaults = {"type": "webPubSub", "direction": "out", "name": "actions", "hub": "chat"}
    return _binding(defaults | properties)


def context_input(**properties: Any) -> Binding:
    """A context input, with properties changed."""
    defaults = {"type": "webPubSubContext", "direction": "in", "name": "wps"}
    return _binding(defaults | properties)


def http(**properties: Any) -> Binding:
    """An HTTP trigger, with properties changed."""
    defaults = {"type": "httpTrigger", "direction": "in", "name": "req", "route": "events"}
    return _binding(defaults | properties)


def _binding(properties: Mapping[str, Any]) -> Binding:
    return Binding({name: value for name, value in properties.items() if value is not None})


def function(*bindings: Binding, name: str = "f") -> FunctionMetadata:
    """A function with these bindings."""
    return FunctionMetadata(id=name, name=name, bindings=bindings)


def http_request(sent: WebhookRequest) -> HttpRequestData:
    """What an HTTP function is given when a service elsewhere sends this."""
    return HttpRequestData(
        method=sent.method,
        url="http://localhost/api/events",
        headers={},
        query={},
        route_params={},
        body=sent.body,
        header_lines=sent.headers,
    )


def invocation(**binding_data: Any) -> InvocationContext:
    """What an invocation knows, with this binding data."""
    return InvocationContext(
        invocation_id="1", function=function(), trigger_value=None, binding_data=binding_data
    )


def context(event_type: EventType, name: str, **members: Any) -> ConnectionContext:
    """The context of an event of connection ``c1`` of user ``u1`` in hub ``chat``."""
    return ConnectionContext(
        **{
            "event_type": event_type,
            "event_name": name,
            "hub": "chat",
            "connection_id": "c1",
            "user_id": "u1",
        }
        | members
    )


def connect_event(**members: Any) -> events.ConnectEventRequest:
    """A client wants to connect."""
    return events.ConnectEventRequest(
        connection_context=context(EventType.SYSTEM, "connect", **members),
        query={"room": ["r1", "r2"]},
        headers={"Host": ["localhost"]},
        subprotocols=["p1"],
    )


def connected_event() -> events.ConnectedEventRequest:
    """A client has connected."""
    return events.ConnectedEventRequest(connection_context=context(EventType.SYSTEM, "connected"))


def disconnected_event() -> events.DisconnectedEventRequest:
    """A connection has ended."""
    return events.DisconnectedEventRequest(
        connection_context=context(EventType.SYSTEM, "disconnected"), reason="gone"
    )


def user_event(
    data: bytes = b"hi", data_type: DataType = DataType.TEXT, name: str = "message", **members: Any
) -> events.UserEventRequest:
    """A client sent a message."""
    return events.UserEventRequest(
        connection_context=context(EventType.USER, name, **members),
        message=Message(data_type, data),
    )


STATES = encode_states({"a": 1, "b": [2]})

EVERY_EVENT: Sequence[AnyEventRequest] = (
    connect_event(),
    connected_event(),
    disconnected_event(),
    user_event(),
)


class RecordingFunction:
    """Stands for a function: keeps the calls, and answers each with the same result."""

    def __init__(self, value: Value = None, failure: FunctionFailure | None = None) -> None:
        self.calls: list[TriggerCall] = []
        self.result = InvocationResult(return_value=value, failure=failure)

    async def __call__(self, call: TriggerCall) -> InvocationResult:
        """Called as the host would call it."""
        self.calls.append(call)
        return self.result


async def opened(
    extension: WebPubSubExtension, called: RecordingFunction, bindings: Sequence[Binding]
) -> WebPubSubExtension:
    """An extension that serves one function per binding, which are all the same function."""
    for number, binding in enumerate(bindings):
        metadata = function(binding, name=f"f{number}")
        extension.check(metadata, binding)
        extension.attach(metadata, called)
    await extension.start()
    extension.open()
    return extension


class RecordingClient:
    """Stands for the service: keeps what it is asked, and refuses the operation ``refused``."""

    client_protocols = frozenset({"default", "mqtt"})

    def __init__(self, *, refused: int | None = None) -> None:
        self.client_kinds: list[str] = []
        self.operations: list[HubOperation] = []
        self.accesses: list[tuple[str, str | None, Sequence[str], Sequence[str], int]] = []
        self._refused = refused

    async def perform(self, operation: HubOperation) -> None:
        """Keep an operation."""
        if len(self.operations) == self._refused:
            raise ServiceRefused(404, "Error.Connection.NotExisted", "there is no such connection")
        self.operations.append(operation)

    async def client_access(
        self,
        hub: str,
        *,
        user_id: str | None = None,
        roles: Sequence[str] = (),
        groups: Sequence[str] = (),
        minutes_to_expire: int = 60,
        client_protocol: str = "default",
    ) -> ClientAccess:
        """A made-up address."""
        if self._refused is not None:
            raise ServiceRefused(401, "", "the key is not known")
        self.client_kinds.append(client_protocol)
        self.accesses.append((hub, user_id, roles, groups, minutes_to_expire))
        base = f"wss://service/client/hubs/{hub}"
        return ClientAccess(base_url=base, url=f"{base}?access_token=t", access_token="t")

    async def close(self) -> None:
        """Nothing is held."""
