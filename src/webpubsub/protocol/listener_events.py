"""Events as event listeners get them: CloudEvents 1.0, whatever carries them.

A broker gets the attributes and the payload apart, a file gets one line of JSON. Neither shows the
signature, by which a webhook knows the service. Specification: upstream-events section 16.
"""

from base64 import b64encode
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from webpubsub.protocol.events import (
    AnyEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.messages import CONTENT_TYPES, DataType

_VERSION = "1.0"
_METADATA_PREFIX = "x-webpubsub-metadata-"


class ListenerEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event: its CloudEvents attributes, the metadata of its message under the full names, its
    media type and its payload."""

    attributes: Mapping[str, str]
    metadata: Mapping[str, str]
    content_type: str
    body: bytes

    @property
    def message_id(self) -> str:
        """What tells this event from all others of the service."""
        return f"{self.attributes['connectionid']}/{self.attributes['id']}"

    @property
    def connection_id(self) -> str:
        """The connection whose events belong together."""
        return self.attributes["connectionid"]


def listener_event(event: AnyEventRequest) -> ListenerEvent:
    """The event as it is told to a listener."""
    content_type, body = _content(event)
    attributes = dict(_attributes(event.connection_context))
    return ListenerEvent(
        attributes=attributes | {"datacontenttype": content_type},
        metadata=_metadata(event),
        content_type=content_type,
        body=body,
    )


def json_line(event: ListenerEvent) -> bytes:
    """The event in the JSON format of CloudEvents, on one line that a line feed ends.

    Text and JSON are ``data``, everything else is ``data_base64``: also what calls itself text or
    JSON and is not.
    """
    members = {**event.attributes, **event.metadata, **_data(event.content_type, event.body)}
    return msgspec.json.encode(members) + b"\n"


def _attributes(context: ConnectionContext) -> Iterator[tuple[str, str]]:
    yield "specversion", _VERSION
    yield "awpsversion", _VERSION
    yield "type", context.cloud_event_type
    yield "source", f"/hubs/{context.hub}/client/{context.connection_id}"
    yield "id", str(context.event_id)
    yield "time", datetime.fromtimestamp(int(context.time), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    yield "hub", context.hub
    yield "eventname", context.event_name
    yield "connectionid", context.connection_id
    optional = {
        "userid": context.user_id,
        "subprotocol": context.subprotocol,
        "connectionstate": context.connection_state,
    }
    yield from ((name, value) for name, value in optional.items() if value)


def _content(event: AnyEventRequest) -> tuple[str, bytes]:
    if isinstance(event, UserEventRequest):
        return CONTENT_TYPES[event.message.data_type], event.message.data
    members = {"reason": event.reason} if isinstance(event, DisconnectedEventRequest) else {}
    return CONTENT_TYPES[DataType.JSON], msgspec.json.encode(members)


def _metadata(event: AnyEventRequest) -> Mapping[str, str]:
    if not isinstance(event, UserEventRequest):
        return {}
    metadata = event.message.metadata or {}
    return {f"{_METADATA_PREFIX}{key.lower()}": value for key, value in metadata.items()}


def _data(content_type: str, body: bytes) -> Mapping[str, str | msgspec.Raw]:
    try:
        if content_type == CONTENT_TYPES[DataType.TEXT]:
            return {"data": body.decode()}
        if content_type == CONTENT_TYPES[DataType.JSON]:
            return {"data": _on_one_line(body)}
    except (ValueError, RecursionError):
        pass
    return {"data_base64": b64encode(body).decode()}


def _on_one_line(body: bytes) -> msgspec.Raw:
    """JSON without white space between its parts; numbers and escapes stay as they were written."""
    body.decode()  # which is not checked below
    return msgspec.Raw(msgspec.json.format(body, indent=-1))
