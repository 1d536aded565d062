"""An event as the request that brings it to a webhook; ``deliveries`` is the way back.

CloudEvents 1.0 in binary mode: the attributes are headers, the body is the data. Specification:
upstream-events sections 5 and 9 to 12.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

import msgspec

from webpubsub.protocol.cloud_events import wire
from webpubsub.protocol.cloud_events.wire import Headers, WebhookRequest
from webpubsub.protocol.events import (
    ClientCertificate,
    ConnectedEventRequest,
    ConnectEventRequest,
    ConnectionContext,
    DisconnectedEventRequest,
    UserEventRequest,
)
from webpubsub.protocol.group_presence import GroupPresenceEventRequest, ServiceEvent
from webpubsub.protocol.messages import CONTENT_TYPES, DataType
from webpubsub.protocol.refusals import Refused
from webpubsub.protocol.refusals.webhooks import HEADER_INVALID
from webpubsub.protocol.trace_context import SpanContext, trace_headers

_SYSTEM_TYPE = "azure.webpubsub.sys."
_USER_TYPE = "azure.webpubsub.user."
_JSON = "application/json"
_TEXT = "text/plain; charset=utf-8"
_TIME = "%Y-%m-%dT%H:%M:%SZ"
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\ud800-\udfff]")

_Lists: TypeAlias = dict[str, list[str]]


class _Connect(msgspec.Struct, rename="camel"):
    claims: _Lists | None = None
    query: _Lists | None = None
    headers: _Lists | None = None
    subprotocols: list[str] | None = None
    client_certificates: list[ClientCertificate] | None = None


class _Disconnected(msgspec.Struct):
    reason: str | None = None


def request_of(
    event: ServiceEvent, request_id: str, span: SpanContext | None = None
) -> WebhookRequest:
    """The request that tells a webhook of an event.

    ``request_id`` is a GUID of this event, the same whenever the request is repeated. ``span`` is
    what it is sent from; without one, the trace of the client goes on as it is. Raises
    Refused when something of the event cannot stand in a header. Specification: upstream-events
    section 5.
    """
    content_type, body = _BODIES[type(event)](event)
    headers = [
        (wire.CONTENT_TYPE, content_type),
        *_attributes(event.connection_context, connecting=isinstance(event, ConnectEventRequest)),
        (wire.REQUEST_ID, request_id),
        *_metadata_headers(event),
        *(_trace(event) if span is None else span.headers),
    ]
    _check(headers)
    return WebhookRequest(method="POST", headers=headers, body=body)


def _attributes(context: ConnectionContext, *, connecting: bool) -> list[tuple[str, str]]:
    hub = context.hub.lower()
    headers = [
        (wire.REQUEST_ORIGIN, context.origin or ""),
        (wire.SPEC_VERSION, wire.VERSION),
        (wire.AWPS_VERSION, wire.VERSION),
        (wire.TYPE, context.cloud_event_type),
        (wire.SOURCE, f"/hubs/{hub}/client/{context.connection_id}"),
        (wire.ID, str(context.event_id)),
        (wire.TIME, _time(int(context.time))),
        (wire.SIGNATURE, context.signature or ""),
        (wire.CONNECTION_ID, context.connection_id),
        (wire.HUB, hub),
        (wire.EVENT_NAME, context.event_name),
    ]
    if context.user_id:
        headers.append((wire.USER_ID, context.user_id))
    if context.subprotocol and not connecting:
        headers.append((wire.SUBPROTOCOL, context.subprotocol))
    if context.connection_state is not None:
        headers.append((wire.CONNECTION_STATE, context.connection_state))
    return headers


@lru_cache(maxsize=16)
def _time(seconds: int) -> str:
    """The same for all events within a second."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_TIME)


def _connect_body(event: ConnectEventRequest) -> tuple[str, bytes]:
    body = _Connect(
        claims=_lists(event.claims),
        query=_lists(event.query),
        headers=_lists(event.headers),
        subprotocols=list(event.subprotocols),
        client_certificates=list(event.client_certificates),
    )
    return _JSON, msgspec.json.encode(body)


def _connected_body(_: ConnectedEventRequest) -> tuple[str, bytes]:
    return _JSON, b"{}"


def _disconnected_body(event: DisconnectedEventRequest) -> tuple[str, bytes]:
    return _JSON, msgspec.json.encode(_Disconnected(event.reason))


def _group_body(event: GroupPresenceEventRequest) -> tuple[str, bytes]:
    return _JSON, msgspec.json.encode({"group": event.group})


def _user_body(event: UserEventRequest) -> tuple[str, bytes]:
    message = event.message
    is_text = message.data_type is DataType.TEXT or not message.data
    return _TEXT if is_text else CONTENT_TYPES[message.data_type], message.data


_BODIES: Mapping[type[ServiceEvent], Callable[[Any], tuple[str, bytes]]] = {
    ConnectEventRequest: _connect_body,
    ConnectedEventRequest: _connected_body,
    DisconnectedEventRequest: _disconnected_body,
    GroupPresenceEventRequest: _group_body,
    UserEventRequest: _user_body,
}


def _metadata_headers(event: ServiceEvent) -> list[tuple[str, str]]:
    if not isinstance(event, UserEventRequest) or not event.message.metadata:
        return []
    metadata = event.message.metadata
    # Keys that differ in letter case only are one header.
    folded = {key.lower(): value for key, value in metadata.items()}
    return [(wire.METADATA_PREFIX + key, value) for key, value in folded.items()]


def _trace(event: ServiceEvent) -> list[tuple[str, str]]:
    """``connect`` has a request of the client behind it; a message may say it in its metadata."""
    if isinstance(event, ConnectEventRequest):
        many = event.headers.items()
        return trace_headers((name, value) for name, values in many for value in values)
    if isinstance(event, UserEventRequest) and event.message.metadata:
        return trace_headers(event.message.metadata.items())
    return []


def _check(headers: Headers) -> None:
    """Can all of them be sent? Nearly always, which one look at all values together tells."""
    together = "".join([value for _, value in headers])
    if together.isascii() and not _CONTROL.search(together):
        return
    for name, value in headers:
        if _CONTROL.search(value) or not (value.isascii() or name == wire.USER_ID):
            raise Refused(HEADER_INVALID.refuse(f"a value of {name} that cannot be sent"))


def _lists(many: Mapping[str, Sequence[str]]) -> _Lists:
    return {name: list(values) for name, values in many.items()}
