"""What is seen of the host, as spans; those of user code become parts of its invocation.

Names and attributes are those of OpenTelemetry's semantic conventions for HTTP and functions, and
below ``webpubsub.`` where it has none.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from opentelemetry.trace import SpanKind

from webpubsub.host import observation as seen
from webpubsub.telemetry.http_spans import begin_request, end_request, name_request
from webpubsub.telemetry.recorder import Attributes, SpanRecorder

#: What the conventions call the types of triggers.
_TRIGGERS = {"httptrigger": "http", "timertrigger": "timer", "webpubsubtrigger": "pubsub"}
#: The type of an error that has none.
_OTHER = "_OTHER"

Record: TypeAlias = Callable[[SpanRecorder, seen.Sighting, Any], None]


def record_host(recorder: SpanRecorder, sighting: seen.Sighting) -> None:
    """Make what was seen part of a trace."""
    record = RECORDS.get(type(sighting.item))
    if record is not None:
        record(recorder, sighting, sighting.item)


def _http(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.HttpReceived) -> None:
    begin_request(recorder, sighting, item.method, item.path)


def _http_answered(
    recorder: SpanRecorder, sighting: seen.Sighting, item: seen.HttpAnswered
) -> None:
    name_request(recorder, sighting, item.method, item.route)
    end_request(recorder, sighting, item.status, item.refusal)


def _delivery(recorder: SpanRecorder, sighting: seen.Sighting, _: seen.DeliveryReceived) -> None:
    recorder.begin(sighting, "webpubsub delivery", SpanKind.INTERNAL, {})


def _delivery_answered(
    recorder: SpanRecorder, sighting: seen.Sighting, item: seen.DeliveryAnswered
) -> None:
    attributes: dict[str, str | int] = {"http.response.status_code": item.status}
    if item.event is not None:
        attributes["messaging.destination.name"] = item.event.hub
        attributes["messaging.operation.name"] = item.event.connection_context.event_name
    if item.refusal is not None:
        recorder.end(sighting, attributes, item.refusal.kind.code, item.refusal.describe())
    else:
        recorder.end(sighting, attributes)


def _began(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.InvocationBegan) -> None:
    attributes: Attributes = {
        "faas.name": item.function,
        "faas.invocation_id": item.invocation_id,
        "faas.trigger": _TRIGGERS.get(item.trigger_type.lower(), "other"),
        "webpubsub.retry": item.retry,
    }
    recorder.begin(sighting, item.function, SpanKind.INTERNAL, attributes, enter=True)


def _ended(recorder: SpanRecorder, sighting: seen.Sighting, item: seen.InvocationEnded) -> None:
    failure = item.failure
    if failure is None:
        recorder.end(sighting)
        return
    recorder.note(
        sighting,
        "exception",
        {
            "exception.type": failure.type,
            "exception.message": failure.message,
            "exception.stacktrace": failure.stack_trace,
        },
    )
    recorder.end(sighting, error=failure.type, message=failure.message)


def _carried_out(
    recorder: SpanRecorder, sighting: seen.Sighting, item: seen.ActionCarriedOut
) -> None:
    operation = type(item.operation).__name__
    attributes: Attributes = {
        "messaging.system": "webpubsub",
        "messaging.destination.name": item.operation.hub,
        "messaging.operation.name": operation,
        "messaging.operation.type": "send",
        "faas.invocation_id": item.invocation_id,
    }
    name = f"{operation} {item.operation.hub}"
    error = None if item.problem is None else _OTHER
    recorder.whole(
        sighting, item.seconds, name, SpanKind.PRODUCER, attributes, error, item.problem or ""
    )


RECORDS: Mapping[type[seen.Observed], Record] = {
    seen.HttpReceived: _http,
    seen.HttpAnswered: _http_answered,
    seen.DeliveryReceived: _delivery,
    seen.DeliveryAnswered: _delivery_answered,
    seen.InvocationBegan: _began,
    seen.InvocationEnded: _ended,
    seen.ActionCarriedOut: _carried_out,
}
