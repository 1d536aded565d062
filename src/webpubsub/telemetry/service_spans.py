"""What is seen of the service, as spans.

Names and attributes are those of OpenTelemetry's semantic conventions for HTTP and messaging, and
below ``webpubsub.`` where it has none.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from opentelemetry.trace import SpanKind

from webpubsub.protocol.group_presence import ServiceEvent
from webpubsub.protocol.messages import Message
from webpubsub.protocol.outcomes import EventFailed
from webpubsub.service import observation as seen
from webpubsub.telemetry.http_spans import (
    begin_call,
    begin_request,
    end_call,
    end_request,
    name_request,
    turned_away,
)
from webpubsub.telemetry.recorder import Attributes, SpanRecorder

_SWITCHING_PROTOCOLS = 101
_CLIENTS, _LEGACY_CLIENTS = "/client/hubs/{hub}", "/client"
#: So many connection ids of a delivery are named.
_SHOWN_RECIPIENTS = 20

Record: TypeAlias = Callable[[SpanRecorder, seen.Sighting, Any], None]


def record_service(recorder: SpanRecorder, sighting: seen.Sighting) -> None:
    """Make what was seen part of a trace."""
    record = RECORDS.get(type(sighting.item))
    if record is not None:
        record(recorder, sighting, sighting.item)


def messaging(hub: str, connection_id: str | None = None) -> Attributes:
    """What is said of whatever a message goes through."""
    about: dict[str, str] = {"messaging.system": "webpubsub", "messaging.destination.name": hub}
    if connection_id is not None:
        about["messaging.client.id"] = connection_id
    return about


def _turned_away(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.TurnedAway) -> None:
    turned_away(recorder, sighting, item.path, item.refusal)


def _handshake(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.HandshakeBegan) -> None:
    route = _CLIENTS if item.path.startswith("/client/hubs/") else _LEGACY_CLIENTS
    begin_request(recorder, sighting, "GET", item.path, route)


def _accepted(
    recorder: SpanRecorder, sighting: seen.Sighting, item: seen.HandshakeAccepted
) -> None:
    attributes = {
        **messaging(item.hub, item.connection_id),
        "webpubsub.connection.recovered": item.recovered,
    }
    end_request(recorder, sighting, _SWITCHING_PROTOCOLS, None, attributes)


def _refused(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.HandshakeRefused) -> None:
    status = item.refusal.kind.http_status or _SWITCHING_PROTOCOLS
    end_request(recorder, sighting, status, item.refusal)


def _abandoned(recorder: SpanRecorder, sighting: seen.Sighting, _: seen.HandshakeAbandoned) -> None:
    recorder.end(sighting, error="abandoned", message="nobody waits for the answer any more")


def _request(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.RequestReceived) -> None:
    kind = type(item.request).__name__
    attributes = {
        **messaging(item.hub, item.connection_id),
        "messaging.operation.name": kind,
        "messaging.operation.type": "receive",
    }
    message = getattr(item.request, "message", None)
    if isinstance(message, Message):
        attributes["messaging.message.body.size"] = len(message.data)
    recorder.begin(sighting, f"{kind} {item.hub}", SpanKind.SERVER, attributes)


def _goodbye(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.GoodbyeReceived) -> None:
    attributes = {**messaging(item.hub, item.connection_id), "webpubsub.close.code": item.code}
    recorder.begin(sighting, f"Goodbye {item.hub}", SpanKind.SERVER, attributes)


def _applied(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.OperationApplied) -> None:
    attributes: Attributes = {"webpubsub.operation": type(item.operation).__name__}
    if item.refusal is not None:
        attributes = {**attributes, "error.type": item.refusal.kind.code}
    recorder.note(sighting, "operation", attributes)


def _delivered(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.Delivered) -> None:
    attributes: Attributes = {
        "webpubsub.recipients": len(item.recipients),
        "webpubsub.recipients.some": ",".join(item.recipients[:_SHOWN_RECIPIENTS]),
    }
    recorder.note(sighting, "delivered", attributes)


def _acknowledged(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.AckSent) -> None:
    if item.error is not None:
        recorder.fail(sighting, item.error.name, item.error.message)


def _handled(recorder: SpanRecorder, sighting: seen.Sighting, _: seen.RequestHandled) -> None:
    recorder.end(sighting)


def _raised(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.EventRaised) -> None:
    context = item.event.connection_context
    attributes = {
        **_event(item.event),
        "messaging.operation.name": context.event_name,
        "messaging.operation.type": "process",
    }
    recorder.begin(sighting, f"{context.event_name} {context.hub}", SpanKind.INTERNAL, attributes)


def _answered(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.EventAnswered) -> None:
    outcome = item.outcome
    attributes = {"webpubsub.outcome": type(outcome).__name__}
    if isinstance(outcome, EventFailed):
        recorder.end(sighting, attributes, str(outcome.status), outcome.message)
    else:
        recorder.end(sighting, attributes)


def _called(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.WebhookCalled) -> None:
    begin_call(recorder, sighting, "POST", item.url, _event(item.event))


def _validation_asked(
    recorder: SpanRecorder, sighting: seen.Sighting, item: seen.ValidationAsked
) -> None:
    begin_call(recorder, sighting, "OPTIONS", item.url)


def _call_answered(
    recorder: SpanRecorder,
    sighting: seen.Sighting,
    item: seen.WebhookAnswered | seen.ValidationAnswered,
) -> None:
    end_call(recorder, sighting, item.status, item.attempts, item.refusal)


def _rest(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.RestCalled) -> None:
    begin_request(recorder, sighting, item.method, item.path)


def _rest_answered(
    recorder: SpanRecorder, sighting: seen.Sighting, item: seen.RestAnswered
) -> None:
    attributes: dict[str, str | int | float | bool] = {}
    if item.operation is not None:
        attributes["webpubsub.operation"] = item.operation
    if item.hub is not None:
        attributes.update(messaging(item.hub))
    name_request(recorder, sighting, item.method, item.route)
    end_request(recorder, sighting, item.status, item.refusal, attributes)


def _event(event: ServiceEvent) -> Attributes:
    context = event.connection_context
    user = {"user.id": context.user_id} if context.user_id else {}
    return {**messaging(context.hub, context.connection_id), **user}


RECORDS: Mapping[type[seen.Observed], Record] = {
    seen.TurnedAway: _turned_away,
    seen.HandshakeBegan: _handshake,
    seen.HandshakeAccepted: _accepted,
    seen.HandshakeRefused: _refused,
    seen.HandshakeAbandoned: _abandoned,
    seen.RequestReceived: _request,
    seen.GoodbyeReceived: _goodbye,
    seen.RequestHandled: _handled,
    seen.OperationApplied: _applied,
    seen.Delivered: _delivered,
    seen.AckSent: _acknowledged,
    seen.EventRaised: _raised,
    seen.EventAnswered: _answered,
    seen.WebhookCalled: _called,
    seen.WebhookAnswered: _call_answered,
    seen.ValidationAsked: _validation_asked,
    seen.ValidationAnswered: _call_answered,
    seen.RestCalled: _rest,
    seen.RestAnswered: _rest_answered,
}
