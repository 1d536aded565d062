"""Values on their way between the host and a worker in another process."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias, cast

import msgspec

from webpubsub.host.values import (
    EventValue,
    HttpExchange,
    HttpReply,
    HttpRequestData,
    HttpResponseData,
    JsonText,
    JsonValue,
    Value,
)
from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectedEventRequest,
    ConnectEventRequest,
    DisconnectedEventRequest,
    MqttConnectedEventRequest,
    MqttConnectEventRequest,
    MqttDisconnectedEventRequest,
    UserEventRequest,
)


class Blob(msgspec.Struct, frozen=True, tag=True):
    """Bytes as a value, told from text by their type."""

    data: bytes


class WholeEvent(msgspec.Struct, frozen=True, tag=True):
    """An event with all its members, by the name of its class."""

    kind: str
    members: msgspec.Raw


class Written(msgspec.Struct, frozen=True, tag=True):
    """A JSON value that is not to be looked at as text."""

    json: bytes


class Request(msgspec.Struct, frozen=True, tag=True):
    """The beginning of an HTTP request whose body comes when it is asked for."""

    scope: dict[str, Any]


class Reply(msgspec.Struct, frozen=True, tag=True):
    """The response to such a request, which comes when it is asked for."""


WireValue: TypeAlias = (
    str
    | int
    | float
    | JsonText
    | HttpRequestData
    | HttpResponseData
    | Blob
    | WholeEvent
    | Written
    | Request
    | Reply
    | None
)


def on_the_wire(value: Value, *, whole_events: bool = False) -> WireValue:
    """A value as it travels: an event either whole, for a function that takes it as it is, or what
    the real worker would be given of it.

    Raises TypeError for what cannot be written.
    """
    if isinstance(value, EventValue):
        if whole_events:
            event = value.event
            return WholeEvent(type(event).__name__, msgspec.Raw(packed(event)))
        value = value.wire
    if isinstance(value, bytes):
        return Blob(value)
    if isinstance(value, HttpRequestData):  # the lines are for bindings of the host
        return msgspec.structs.replace(value, header_lines=[])
    if isinstance(value, JsonValue):
        return Written(_json(value.value))
    if isinstance(value, HttpExchange):
        return Request(dict(value.scope))
    return Reply() if isinstance(value, HttpReply) else cast("WireValue", value)


def off_the_wire(value: WireValue) -> Value:
    """The value again, except for what takes two to say: the ends of a relay make a ``Request`` and
    a ``Reply`` into what they stand for."""
    if isinstance(value, WholeEvent):
        return EventValue(event=_whole(value))
    if isinstance(value, Written):
        return JsonValue(msgspec.json.decode(value.json))
    if isinstance(value, Request | Reply):
        raise TypeError("a request without its relay")
    return value.data if isinstance(value, Blob) else value


_EVENT_KINDS: Sequence[type[AnyEventRequest]] = (
    ConnectEventRequest,
    ConnectedEventRequest,
    DisconnectedEventRequest,
    MqttConnectEventRequest,
    MqttConnectedEventRequest,
    MqttDisconnectedEventRequest,
    UserEventRequest,
)
_EVENT_DECODERS: Mapping[str, msgspec.msgpack.Decoder[AnyEventRequest]] = {
    kind.__name__: msgspec.msgpack.Decoder(kind) for kind in _EVENT_KINDS
}


def _whole(value: WholeEvent) -> AnyEventRequest:
    event = _EVENT_DECODERS[value.kind].decode(value.members)
    if isinstance(event, ConnectEventRequest):  # what never changes arrives as a list
        return msgspec.structs.replace(
            event,
            subprotocols=tuple(event.subprotocols),
            client_certificates=tuple(event.client_certificates),
        )
    return event


def _json(value: Any) -> bytes:
    try:
        return msgspec.json.encode(value)
    except (TypeError, msgspec.MsgspecError) as error:
        raise TypeError(f"what the function gave cannot be written as JSON: {error}") from None


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, str):  # of a class of its own, as names of headers are
        return str.__str__(value)
    raise TypeError(f"{type(value).__name__} cannot leave its process")


#: Anything as it travels. Raises TypeError, ValueError or OverflowError for what cannot, such as
#: text with half a surrogate pair.
packed = msgspec.msgpack.Encoder(enc_hook=_plain).encode
