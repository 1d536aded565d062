"""A request that the service delivers to a webhook, as the event it brings: the way back from
``requests``.

The rules are those of the official extension of Azure Functions, whose trigger asks for every
header it names and whose context binding makes do with less. Specification: bindings sections 3.4,
3.7, 4.5 and 6.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import msgspec

from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import (
    Headers,
    Named,
    ReceivedHeaders,
    by_name,
    media_type,
)
from webpubsub.protocol.connection_states import is_convention
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
from webpubsub.protocol.messages import DATA_TYPES, DataType, Message
from webpubsub.protocol.mqtt_events import MqttConnectProperties, MqttDisconnectedProperties
from webpubsub.protocol.refusals import Refused, deliveries

# Python 3.11 takes its time to look up a member of an enumeration.
_SYSTEM, _USER = EventType.SYSTEM, EventType.USER
_SYSTEM_TYPE = "azure.webpubsub.sys."
_MQTT = "mqtt"
#: What a message may be.
_DATA_TYPES = {
    content_type: data_type
    for content_type, data_type in DATA_TYPES.items()
    if data_type is not DataType.PROTOBUF
}
#: What .NET keeps apart from the headers of a request, so that functions do not see it.
_CONTENT_HEADERS = frozenset(
    {"allow", "expires", "last-modified"}
    | {f"content-{name}" for name in ("disposition", "encoding", "language", "length")}
    | {f"content-{name}" for name in ("location", "md5", "range", "type")}
)

_TYPE = wire.TYPE.lower()
_EVENT_NAME = wire.EVENT_NAME.lower()
_HUB = wire.HUB.lower()
_CONNECTION_ID = wire.CONNECTION_ID.lower()
_USER_ID = wire.USER_ID.lower()
_STATE = wire.CONNECTION_STATE.lower()
_SIGNATURE = wire.SIGNATURE.lower()
_ORIGIN = wire.REQUEST_ORIGIN.lower()
_SUBPROTOCOL = wire.SUBPROTOCOL.lower()
_ID = wire.ID.lower()
_TIME = wire.TIME.lower()
_PHYSICAL_CONNECTION_ID = wire.PHYSICAL_CONNECTION_ID.lower()
_SESSION_ID = wire.SESSION_ID.lower()
_CONTENT_TYPE = wire.CONTENT_TYPE.lower()
#: How refusals spell them.
_SPELLINGS = {
    name.lower(): name
    for name in (
        *(wire.TYPE, wire.EVENT_NAME, wire.HUB, wire.CONNECTION_ID, wire.USER_ID),
        *(wire.CONNECTION_STATE, wire.REQUEST_ORIGIN),
    )
}

_T = TypeVar("_T")


def strict_context(headers: Headers) -> ConnectionContext:
    """The connection an event for a trigger is about.

    Raises Refused with status 400 when a header is missing, repeated or unreadable. Specification:
    bindings section 3.4.
    """
    named = by_name(headers)
    state = _optional(named, _STATE)
    if state and not is_convention(state):
        raise _wrong_header(f"a {wire.CONNECTION_STATE} that is no base64 of a JSON object")
    return _context(
        named,
        event_type=_required(named, _TYPE),
        event_name=_required(named, _EVENT_NAME),
        hub=_required(named, _HUB),
        connection_id=_required(named, _CONNECTION_ID),
        user_id=_optional(named, _USER_ID),
        state=state,
        signature=_joined(named, _SIGNATURE),
        origin=_joined(named, _ORIGIN, required=True),
        is_mqtt=_MQTT in _all(named, _SUBPROTOCOL),
        received_headers=ReceivedHeaders(headers, without=_CONTENT_HEADERS),
    )


def lenient_context(headers: Headers) -> ConnectionContext:
    """The same for the context binding, which asks for nothing but ``ce-type``, and of every header
    reads the first value. Raises Refused. Specification: bindings section 6."""
    named = by_name(headers)
    state = _first(named, _STATE)
    if state and not is_convention(state):
        raise _wrong_header(f"a {wire.CONNECTION_STATE} that is no base64 of a JSON object")
    event_type = _first(named, _TYPE)
    if event_type is None:
        raise _wrong_header(f"no {wire.TYPE}")
    if _is_system(event_type) and not _first(named, _EVENT_NAME):
        raise _wrong_header(f"no {wire.EVENT_NAME}")
    return _context(
        named,
        event_type=event_type,
        event_name=_first(named, _EVENT_NAME) or "",
        hub=_first(named, _HUB) or "",
        connection_id=_first(named, _CONNECTION_ID) or "",
        user_id=_first(named, _USER_ID),
        state=state,
        signature=_first(named, _SIGNATURE),
        origin=_first(named, _ORIGIN),
        is_mqtt=_first(named, _SUBPROTOCOL) == _MQTT,
        received_headers=ReceivedHeaders(headers),
    )


def event_of(context: ConnectionContext, headers: Headers, body: bytes) -> AnyEventRequest | None:
    """The event of this connection that a body holds; None for a system event that is not known.

    Raises Refused with status 400 for a body that is no event. Specification: bindings section 3.7.
    """
    if context.event_type is _USER:
        return UserEventRequest(connection_context=context, message=_message(headers, body))
    read = _READERS.get(context.event_name.lower())
    return None if read is None else read(context, body)


def _context(
    named: Named,
    *,
    event_type: str,
    event_name: str,
    hub: str,
    connection_id: str,
    user_id: str | None,
    state: str | None,
    signature: str | None,
    origin: str | None,
    is_mqtt: bool,
    received_headers: ReceivedHeaders,
) -> ConnectionContext:
    physical_connection_id = _first(named, _PHYSICAL_CONNECTION_ID) if is_mqtt else None
    return ConnectionContext(
        event_type=_SYSTEM if _is_system(event_type) else _USER,
        event_name=event_name,
        hub=hub,
        connection_id=connection_id,
        user_id=user_id or None,
        subprotocol=_first(named, _SUBPROTOCOL) or None,
        connection_state=state,
        signature=signature or None,
        origin=origin or None,
        event_id=event_number(_last(named, _ID)),
        time=seconds(_last(named, _TIME)),
        received_headers=received_headers,
        physical_connection_id=physical_connection_id,
        session_id=None if physical_connection_id is None else _first(named, _SESSION_ID),
    )


def _is_system(event_type: str) -> bool:
    return event_type.lower().startswith(_SYSTEM_TYPE)


# Headers, whose names are in lower case here


def _wrong_header(seen: str) -> Refused:
    return Refused(deliveries.HEADERS_INVALID.refuse(seen))


def _all(named: Named, name: str) -> Sequence[str]:
    found = named.get(name, ())
    return (found,) if isinstance(found, str) else found


def _first(named: Named, name: str) -> str | None:
    found = named.get(name)
    return found[0] if isinstance(found, list) else found


def _last(named: Named, name: str) -> str | None:
    found = named.get(name)
    return found[-1] if isinstance(found, list) else found


def _optional(named: Named, name: str) -> str | None:
    """A header that may be missing, and is there at most once."""
    found = named.get(name)
    if isinstance(found, list):
        raise _wrong_header(f"{len(found)} times {_SPELLINGS[name]}")
    return found


def _required(named: Named, name: str) -> str:
    value = _optional(named, name)
    if not value:
        raise _wrong_header(f"no {_SPELLINGS[name]}")
    return value


def _joined(named: Named, name: str, *, required: bool = False) -> str | None:
    found = _all(named, name)
    if required and not any(found):
        raise _wrong_header(f"no {_SPELLINGS[name]}")
    return ",".join(found) if found else None


# Bodies

_Lists = dict[str, list[str]] | None


class _Connect(msgspec.Struct, rename="camel"):
    """Every member must be there, and may be null."""

    claims: _Lists
    query: _Lists
    headers: _Lists
    subprotocols: list[str] | None
    client_certificates: list[ClientCertificate] | None


class _MqttConnect(msgspec.Struct):
    mqtt: MqttConnectProperties


class _Disconnected(msgspec.Struct):
    reason: str | None


class _MqttDisconnected(msgspec.Struct):
    mqtt: MqttDisconnectedProperties


def _connect(context: ConnectionContext, body: bytes) -> ConnectEventRequest:
    read = _decoded(body, _Connect)
    mqtt = _decoded(body, _MqttConnect).mqtt if context.is_mqtt else None
    return connect_request(
        mqtt,
        connection_context=context,
        claims=read.claims or {},
        query=read.query or {},
        headers=read.headers or {},
        subprotocols=tuple(read.subprotocols or ()) if mqtt is None else (_MQTT,),
        client_certificates=tuple(read.client_certificates or ()),
    )


def _connected(context: ConnectionContext, _: bytes) -> ConnectedEventRequest:
    return connected_request(context)


def _disconnected(context: ConnectionContext, body: bytes) -> DisconnectedEventRequest:
    mqtt = _decoded(body, _MqttDisconnected).mqtt if context.is_mqtt else None
    reason = _decoded(body, _Disconnected).reason
    return disconnected_request(mqtt, connection_context=context, reason=reason)


_READERS: Mapping[str, Callable[[ConnectionContext, bytes], AnyEventRequest]] = {
    "connect": _connect,
    "connected": _connected,
    "disconnected": _disconnected,
}


def _decoded(body: bytes, shape: type[_T]) -> _T:
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        raise Refused(deliveries.BODY_INVALID.refuse(f"{len(body)} bytes: {error}")) from None


def _message(headers: Headers, body: bytes) -> Message:
    named = by_name(headers)
    seen = media_type(_first(named, _CONTENT_TYPE) or "")
    data_type = _DATA_TYPES.get(seen)
    if data_type is None:
        raise Refused(deliveries.CONTENT_TYPE_UNKNOWN.refuse(f"'{seen[:100]}'", seen))
    return Message(data_type, body, _metadata(named))


def _metadata(named: Named) -> dict[str, str] | None:
    """The metadata in the headers of a request, as it was sent; None when there is none."""
    prefix = wire.METADATA_PREFIX
    if prefix not in "\n".join(named):  # as with nearly every request
        return None
    metadata = {
        name.removeprefix(prefix): value[-1] if isinstance(value, list) else value
        for name, value in named.items()
        if name.startswith(prefix) and name != prefix
    }
    return metadata or None
