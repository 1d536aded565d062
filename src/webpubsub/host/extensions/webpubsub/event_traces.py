"""Which trace an event belongs to, as its function is told it when nobody looks at the host."""

from webpubsub.host.worker import TraceContext
from webpubsub.protocol.cloud_events.wire import ReceivedHeaders
from webpubsub.protocol.events import AnyEventRequest, ConnectEventRequest, UserEventRequest
from webpubsub.protocol.trace_context import (
    TRACE_PARENT,
    TRACE_STATE,
    SpanContext,
    metadata_span,
    sender_span,
)

_NO_TRACE = TraceContext()
_NAMES = (TRACE_PARENT, TRACE_STATE)


def trace_of(event: AnyEventRequest) -> TraceContext:
    """The trace that the service has sent the event from; for an event of this process, the one
    that the client names in its request to connect or in the metadata of its message."""
    headers = event.connection_context.received_headers
    if headers is None and isinstance(event, UserEventRequest):
        metadata = event.message.metadata
        return _shown(metadata_span(metadata)) if metadata else _NO_TRACE
    if headers is None and isinstance(event, ConnectEventRequest):
        headers = event.headers
    if isinstance(headers, ReceivedHeaders):
        return _shown(sender_span(headers.of(_NAMES)))
    if not headers:
        return _NO_TRACE
    return _shown(sender_span((name, value) for name, many in headers.items() for value in many))


def _shown(span: SpanContext | None) -> TraceContext:
    return _NO_TRACE if span is None else TraceContext(span.trace_parent, span.state)
