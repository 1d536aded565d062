"""What the service tells the application about its clients.

An event is built once, as one of these objects: by the service in process, or from a webhook
request or from the JSON text that the Functions host hands to a Python worker (see
``cloud_events``). A typed function receives the object itself. Names follow the official SDKs.
Specification: upstream-events sections 1 and 5 to 11, bindings 4.3 and 4.4.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.connection_states import decode_states
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.mqtt_events import MqttConnectProperties, MqttDisconnectedProperties


class EventType(StrEnum):
    """Who raised the event: the service about a connection or about the members of a group, or a
    client by sending a message."""

    SYSTEM = "System"
    USER = "User"
    GROUP_PRESENCE = "GroupPresence"


#: How the types of events begin as CloudEvents.
_TYPE_PREFIXES: Mapping[EventType, str] = {
    EventType.SYSTEM: "azure.webpubsub.sys.",
    EventType.USER: "azure.webpubsub.user.",
    EventType.GROUP_PRESENCE: "azure.webpubsub.gp.",
}


class ConnectionContext(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """The connection an event is about.

    ``connection_state`` is the opaque string of the ``ce-connectionState`` header, None until a
    handler sets it. ``event_id`` counts the events of one connection: 0 is ``connect``. ``time`` is
    seconds since the epoch. ``received_headers`` holds the HTTP headers when the event came over
    HTTP or as JSON text, else None. An MQTT client has a ``physical_connection_id``, and a
    ``session_id`` once it is connected.
    """

    event_type: EventType
    event_name: str
    hub: str
    connection_id: str
    user_id: str | None = None
    subprotocol: str | None = None
    connection_state: str | None = None
    signature: str | None = None
    origin: str | None = None
    event_id: int = 0
    time: float = 0.0
    received_headers: Mapping[str, Sequence[str]] | None = None
    physical_connection_id: str | None = None
    session_id: str | None = None

    # Errors and logs show events, and signatures, which headers hold, too, are no part of that.

    def __repr__(self) -> str:
        return msgspec.Struct.__repr__(self._without_signature())

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return msgspec.Struct.__rich_repr__(self._without_signature())

    def _without_signature(self) -> "ConnectionContext":
        return msgspec.structs.replace(self, signature=None, received_headers=None)

    @property
    def is_mqtt(self) -> bool:
        """Whether the client speaks MQTT."""
        return self.physical_connection_id is not None

    @property
    def cloud_event_type(self) -> str:
        """The type of the event as a CloudEvent, such as ``azure.webpubsub.sys.connected``."""
        return _TYPE_PREFIXES[self.event_type] + self.event_name

    @cached_property
    def states(self) -> Mapping[str, Any]:
        """The connection state, decoded by the convention of the SDKs; empty when absent or
        unreadable."""
        return decode_states(self.connection_state)


class EventRequest(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """Base of all events."""

    connection_context: ConnectionContext

    @property
    def hub(self) -> str:
        """The lower-case hub name."""
        return self.connection_context.hub

    @property
    def connection_id(self) -> str:
        """The id of the connection the event is about."""
        return self.connection_context.connection_id

    @property
    def user_id(self) -> str | None:
        """The user of the connection, or None for an anonymous one."""
        return self.connection_context.user_id

    @property
    def states(self) -> Mapping[str, Any]:
        """The state that earlier responses stored with the connection."""
        return self.connection_context.states


class ClientCertificate(msgspec.Struct, frozen=True):
    """A TLS client certificate: SHA-1 thumbprint in hex, and PEM content or None."""

    thumbprint: str
    content: str | None = None


class ConnectEventRequest(EventRequest, frozen=True, kw_only=True, dict=True):
    """A client wants to connect; the answer decides. Raised before the WebSocket is accepted.

    ``claims``, ``query`` and ``headers`` are those of the client's handshake, each value a list of
    strings. ``mqtt`` is there for MQTT clients only, whose event is a MqttConnectEventRequest.
    """

    claims: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    query: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    headers: Mapping[str, Sequence[str]] = msgspec.field(default_factory=dict)
    subprotocols: Sequence[str] = ()
    client_certificates: Sequence[ClientCertificate] = ()
    mqtt: MqttConnectProperties | None = None


class ConnectedEventRequest(EventRequest, frozen=True, kw_only=True, dict=True):
    """A client has connected. Nothing waits for the answer."""


class DisconnectedEventRequest(EventRequest, frozen=True, kw_only=True, dict=True):
    """A connection has ended for good. Nothing waits for the answer."""

    reason: str | None = None
    mqtt: MqttDisconnectedProperties | None = None


class MqttConnectEventRequest(ConnectEventRequest, frozen=True, kw_only=True, dict=True):
    """An MQTT client wants to connect. Specification: bindings section 4.5."""

    mqtt: MqttConnectProperties


class MqttConnectedEventRequest(ConnectedEventRequest, frozen=True, kw_only=True, dict=True):
    """An MQTT client has connected; ``connection_context`` has its session id."""


class MqttDisconnectedEventRequest(DisconnectedEventRequest, frozen=True, kw_only=True, dict=True):
    """The session of an MQTT client has ended; ``mqtt`` says by whom."""

    mqtt: MqttDisconnectedProperties


class UserEventRequest(EventRequest, frozen=True, kw_only=True, dict=True):
    """A client sent a message to the application; its next frame waits for the answer."""

    message: Message

    @property
    def data_type(self) -> DataType:
        """How the client marked its data."""
        return self.message.data_type

    @property
    def data(self) -> Any:
        """The payload as Python data: str for text, the parsed value for JSON, bytes for everything
        else.

        Raises ValueError when a text is not UTF-8 or a JSON message is not JSON.
        """
        if self.data_type is DataType.TEXT:
            return self.text()
        if self.data_type is DataType.JSON:
            return self.json()
        return self.bytes()

    def text(self) -> str:
        """The payload as text. Raises UnicodeDecodeError when it is not UTF-8."""
        return self.message.data.decode()

    def json(self) -> Any:
        """The payload parsed as JSON. Raises ValueError when it is not JSON."""
        return msgspec.json.decode(self.message.data)

    def bytes(self) -> bytes:
        """The payload exactly as it was sent."""
        return self.message.data


#: What an event is when it is about an MQTT client; a message is a message.
MQTT_REQUESTS: Mapping[type[EventRequest], type[EventRequest]] = {
    ConnectEventRequest: MqttConnectEventRequest,
    ConnectedEventRequest: MqttConnectedEventRequest,
    DisconnectedEventRequest: MqttDisconnectedEventRequest,
}

AnyEventRequest: TypeAlias = (
    ConnectEventRequest | ConnectedEventRequest | DisconnectedEventRequest | UserEventRequest
)


def connect_request(mqtt: MqttConnectProperties | None, **members: Any) -> ConnectEventRequest:
    """A client wants to connect, with the class for its kind of client."""
    if mqtt is None:
        return ConnectEventRequest(**members)
    return MqttConnectEventRequest(mqtt=mqtt, **members)


def connected_request(context: ConnectionContext) -> ConnectedEventRequest:
    """A client has connected, likewise."""
    kind = MqttConnectedEventRequest if context.is_mqtt else ConnectedEventRequest
    return kind(connection_context=context)


def disconnected_request(
    mqtt: MqttDisconnectedProperties | None, **members: Any
) -> DisconnectedEventRequest:
    """A connection has ended, likewise."""
    if mqtt is None:
        return DisconnectedEventRequest(**members)
    return MqttDisconnectedEventRequest(mqtt=mqtt, **members)
