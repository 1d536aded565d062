"""Ids of spans that have been chosen before the span is made."""

from contextvars import ContextVar

from opentelemetry.sdk.trace.id_generator import RandomIdGenerator

from webpubsub.protocol.trace_context import SpanContext

#: The ids of the span that is being made here; None for spans of somebody else.
wanted_span: ContextVar[SpanContext | None] = ContextVar("wanted_span", default=None)


class GivenIds(RandomIdGenerator):
    """Gives out the wanted ids, and random ones to whoever wants none in particular."""

    def generate_span_id(self) -> int:
        """The id of a span."""
        wanted = wanted_span.get()
        return super().generate_span_id() if wanted is None else int(wanted.span_id, 16)

    def generate_trace_id(self) -> int:
        """The id of a trace."""
        wanted = wanted_span.get()
        return super().generate_trace_id() if wanted is None else int(wanted.trace_id, 16)
