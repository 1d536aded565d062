"""The trace of an invocation, for code of the app that runs in a process of its own."""

import sys

from webpubsub.host.worker import TraceContext
from webpubsub.protocol.trace_context import current_span, sender_span


def enter_trace(trace: TraceContext) -> None:
    """Make spans of user code parts of the invocation, and have its logs know it.

    It lasts as long as the task. OpenTelemetry is told when the app has imported it: it is not
    worth an import otherwise.
    """
    headers = (("traceparent", trace.trace_parent), ("tracestate", trace.trace_state))
    span = sender_span(headers) if trace.trace_parent else None
    if span is None:
        return
    current_span.set(span)
    if "opentelemetry.trace" in sys.modules:
        from opentelemetry.context import attach
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        attach(TraceContextTextMapPropagator().extract(dict(span.headers)))
