"""Events as the JSON text that the Functions host hands to a Python worker, and back.

An app on Azure sees nothing but this text. In our own host it is made only for a parameter that
asks for ``str`` or ``bytes``; a typed function gets the event itself. Specification: bindings
sections 4.1 to 4.5 and 4.7.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, TypeAlias, TypeVar

import msgspec

from webpubsub.protocol.connection_states import decode_raw_states, encode_raw_states
from webpubsub.protocol.event_attributes import event_number, seconds
from webpubsub.protocol.events import (
    AnyEventRequest,
    ClientCertificate,
    ConnectedEventRequest,
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    EventType,
    UserEventRequest,
    connect_request,
    connected_request,
    disconnected_request,
)
from webpubsub.protocol.indented_json import Json, RawText, indented
from webpubsub.protocol.messages import DataType, Message
from webpubsub.protocol.mqtt_events import MqttConnectProperties, MqttDisconnectedProperties
from webpubsub.protocol.spelling import listed

_T = TypeVar("_T")

#: The parameter names that select something of an event, besides ``dataType``, which every event
#: answers though only a user event has one. Any other name is answered with None.
PARAMETER_NAMES: Mapping[type[AnyEventRequest], tuple[str, ...]] = {
    ConnectEventRequest: (
        "request",
        "connectionContext",
        "claims",
        "query",
        "subprotocols",
        "clientCertificates",
    ),
    ConnectedEventRequest: ("request", "connectionContext"),
    DisconnectedEventRequest: ("request", "connectionContext", "reason"),
    UserEventRequest: ("request", "connectionContext", "data", "dataType"),
}

#: Functions are not told of groups.
_EVENT_TYPES = (EventType.SYSTEM, EventType.USER)

#: The system events by name.
SYSTEM_EVENTS: Mapping[str, type[AnyEventRequest]] = {
    "connect": ConnectEventRequest,
    "connected": ConnectedEventRequest,
    "disconnected": DisconnectedEventRequest,
}


def wire_value(
    event: AnyEventRequest, parameter_name: str, *, data_type: str | None = None
) -> str | bytes | None:
    """What the real worker receives for a trigger parameter of that name, None where the name
    matches nothing.

    Names match in any letter case. ``data_type`` is the binding's: ``"binary"`` gives bytes, which
    is the only way to see a binary payload intact; else the payload is decoded as UTF-8 with
    replacement characters. An event that did not come over HTTP shows the headers it would have
    come with. A protobuf message, which the real host refuses, is shown as a binary one.
    """
    member = _MEMBERS.get(parameter_name.lower())
    value = member(event) if member else None
    if (data_type or "").lower() == "binary":
        return value.encode() if isinstance(value, str) else value
    return value.decode(errors="replace") if isinstance(value, bytes) else value


def event_from_json(text: str | bytes) -> AnyEventRequest:
    """The event in the JSON text of the parameter ``request``.

    The payload of a binary message is what a decoding as UTF-8 has left of it. Raises ValueError
    when the text is not the JSON of an event.
    """
    wire = _DECODER.decode(text)
    context = _context(wire.connection_context)
    if context.event_type is EventType.USER:
        return UserEventRequest(connection_context=context, message=_message(wire, context))
    return _system_event(wire, context)


class _WireContext(msgspec.Struct, rename="camel"):
    event_type: str
    event_name: str | None = None
    hub: str | None = None
    connection_id: str | None = None
    user_id: str | None = None
    signature: str | None = None
    origin: str | None = None
    states: dict[str, msgspec.Raw] | None = None
    headers: dict[str, tuple[str, ...]] | None = None
    physical_connection_id: str | None = None
    session_id: str | None = None


class _WireCertificate(msgspec.Struct):
    thumbprint: str = msgspec.field(name="Thumbprint")
    content: str | None = None


_Lists: TypeAlias = dict[str, list[str]] | None


class _WireEvent(msgspec.Struct, rename="camel"):
    """The members of every kind of event; which of them are there depends on the kind."""

    connection_context: _WireContext
    claims: _Lists = None
    query: _Lists = None
    headers: _Lists = None
    subprotocols: tuple[str, ...] | None = None
    client_certificates: list[_WireCertificate] | None = None
    reason: str | None = None
    data: str | None = None
    data_type: str = "Text"
    mqtt: msgspec.Raw = msgspec.Raw(b"null")


_DECODER = msgspec.json.Decoder(_WireEvent)


def _system_event(wire: _WireEvent, context: ConnectionContext) -> AnyEventRequest:
    name = context.event_name.lower()
    if name == "connected":
        return connected_request(context)
    if name == "disconnected":
        left = _mqtt(wire, MqttDisconnectedProperties)
        return disconnected_request(left, connection_context=context, reason=wire.reason)
    if name != "connect":
        raise ValueError(
            f"the system event '{context.event_name}' is not known; "
            f"expected {listed(SYSTEM_EVENTS)}"
        )
    certificates = wire.client_certificates or ()
    return connect_request(
        _mqtt(wire, MqttConnectProperties),
        connection_context=context,
        claims=wire.claims or {},
        query=wire.query or {},
        headers=wire.headers or {},
        subprotocols=wire.subprotocols or (),
        client_certificates=tuple(
            ClientCertificate(certificate.thumbprint, certificate.content)
            for certificate in certificates
        ),
    )


def _mqtt(wire: _WireEvent, shape: type[_T]) -> _T | None:
    """Only the kind of event says which of the shapes it has."""
    return msgspec.json.decode(wire.mqtt, type=shape | None)


def _context(wire: _WireContext) -> ConnectionContext:
    headers = _Headers(wire.headers or {})
    state = headers.first("ce-connectionState")
    if state is None and wire.states:
        state = encode_raw_states(wire.states)
    return ConnectionContext(
        event_type=_word(_EVENT_TYPES, wire.event_type, "eventType"),
        event_name=wire.event_name or "",
        hub=wire.hub or "",
        connection_id=wire.connection_id or "",
        user_id=wire.user_id,
        subprotocol=headers.first("ce-subprotocol"),
        connection_state=state,
        signature=wire.signature,
        origin=wire.origin,
        event_id=event_number(headers.first("ce-id")),
        time=seconds(headers.first("ce-time")),
        received_headers=wire.headers,
        physical_connection_id=wire.physical_connection_id,
        session_id=wire.session_id,
    )


def _message(wire: _WireEvent, context: ConnectionContext) -> Message:
    data_type = _word(DataType, wire.data_type, "dataType")
    headers = _Headers(context.received_headers or {})
    metadata = dict(headers.with_prefix(_METADATA_PREFIX))
    return Message(data_type, (wire.data or "").encode(), metadata or None)


def _word(words: Any, seen: str, member: str) -> Any:
    """The host writes its enumerations in capitals, and reads them in any letter case."""
    for word in words:
        if word.lower() == seen.lower():
            return word
    raise ValueError(f"{member} is {seen!r}; expected {listed(word.title() for word in words)}")


class _Headers:
    """The headers of an event, whose names match in any letter case."""

    def __init__(self, headers: Mapping[str, Sequence[str]]) -> None:
        self._values = {name.lower(): values[0] for name, values in headers.items() if values}

    def first(self, name: str) -> str | None:
        return self._values.get(name.lower())

    def with_prefix(self, prefix: str) -> Iterator[tuple[str, str]]:
        for name, value in self._values.items():
            if name.startswith(prefix) and name != prefix:
                yield name.removeprefix(prefix), value


_METADATA_PREFIX = "x-webpubsub-metadata-"


def _request_members(event: AnyEventRequest) -> Iterator[tuple[str, Json]]:
    """Own members first, ``connectionContext`` last."""
    match event:
        case ConnectEventRequest():
            yield from _mqtt_members(event)
            yield "claims", event.claims
            yield "query", event.query
            yield "headers", event.headers
            yield "subprotocols", event.subprotocols
            yield "clientCertificates", _certificates(event)
        case DisconnectedEventRequest():
            yield from _mqtt_members(event)
            yield "reason", event.reason
        case UserEventRequest():
            yield "data", event.message.data.decode(errors="replace")
            yield "dataType", _data_type(event)
        case ConnectedEventRequest():
            pass
    yield "connectionContext", _context_members(event)


def _mqtt_members(
    event: ConnectEventRequest | DisconnectedEventRequest,
) -> Iterator[tuple[str, Json]]:
    if event.mqtt is not None:
        yield "mqtt", msgspec.to_builtins(event.mqtt)


def _context_members(event: AnyEventRequest) -> Mapping[str, Json]:
    context = event.connection_context
    headers = context.received_headers
    ids = {"physicalConnectionId": context.physical_connection_id, "sessionId": context.session_id}
    return {
        **(ids if context.is_mqtt else {}),
        "eventType": context.event_type.value,
        "eventName": context.event_name or None,
        "hub": context.hub or None,
        "connectionId": context.connection_id or None,
        "userId": context.user_id or None,
        "signature": context.signature,
        "origin": context.origin,
        "states": _raw_states(context),
        "headers": dict(_webhook_headers(event)) if headers is None else headers,
    }


def _raw_states(context: ConnectionContext) -> Mapping[str, Json]:
    """The stored text of each state is written as it is, whoever stored it."""
    return {
        key: RawText(value.decode(errors="replace"))
        for key, value in decode_raw_states(context.connection_state).items()
    }


def _webhook_headers(event: AnyEventRequest) -> Iterator[tuple[str, list[str]]]:
    """The headers this event would have had, without those of the content.

    Specification: upstream-events section 5.
    """
    context = event.connection_context
    when = datetime.fromtimestamp(int(context.time), UTC)
    headers = {
        "WebHook-Request-Origin": context.origin,
        "ce-specversion": "1.0",
        "ce-awpsversion": "1.0",
        "ce-type": context.cloud_event_type,
        "ce-source": f"/hubs/{context.hub}/client/{context.connection_id}",
        "ce-id": str(context.event_id),
        "ce-time": when.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "ce-signature": context.signature,
        "ce-connectionId": context.connection_id,
        "ce-hub": context.hub,
        "ce-eventName": context.event_name,
        "ce-userId": context.user_id or None,
        "ce-subprotocol": context.subprotocol or None,
        "ce-connectionState": context.connection_state,
    }
    if isinstance(event, UserEventRequest):
        metadata = event.message.metadata or {}
        headers |= {_METADATA_PREFIX + key.lower(): value for key, value in metadata.items()}
    yield from ((name, [value]) for name, value in headers.items() if value is not None)


def _certificates(event: ConnectEventRequest) -> Json:
    return [
        {"Thumbprint": certificate.thumbprint, "content": certificate.content}
        for certificate in event.client_certificates
    ]


def _data_type(event: AnyEventRequest) -> str:
    """An event without a message shows ``Text`` all the same."""
    if not isinstance(event, UserEventRequest):
        return "Text"
    known = event.data_type in (DataType.TEXT, DataType.JSON)
    return event.data_type.title() if known else "Binary"


def _of(
    kind: type[AnyEventRequest], member: Callable[[Any], str | bytes | None]
) -> Callable[[AnyEventRequest], str | bytes | None]:
    """A member that only one kind of event has."""
    return lambda event: member(event) if isinstance(event, kind) else None


#: What each parameter name selects, by its lower-case spelling.
_MEMBERS: Mapping[str, Callable[[AnyEventRequest], str | bytes | None]] = {
    "request": lambda event: indented(dict(_request_members(event))),
    "connectioncontext": lambda event: indented(_context_members(event)),
    "datatype": _data_type,
    "data": _of(UserEventRequest, lambda event: event.message.data),
    "reason": _of(DisconnectedEventRequest, lambda event: event.reason),
    "claims": _of(ConnectEventRequest, lambda event: indented(event.claims)),
    "query": _of(ConnectEventRequest, lambda event: indented(event.query)),
    "subprotocols": _of(ConnectEventRequest, lambda event: indented(event.subprotocols)),
    "clientcertificates": _of(ConnectEventRequest, lambda event: indented(_certificates(event))),
}
