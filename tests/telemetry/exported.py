"""Spans that were exported, to be looked at."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.telemetry.recorder import SpanRecorder
from webpubsub.telemetry.tracing import Tracing

_SPAN = SpanContext("a" * 32, "b" * 16)


class Exported:
    """What a tracing has exported."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.tracing = Tracing([SimpleSpanProcessor(self._exporter)])

    @property
    def spans(self) -> Sequence[ReadableSpan]:
        return self._exporter.get_finished_spans()

    def named(self, name: str) -> ReadableSpan:
        """The only span of a name."""
        (span,) = (span for span in self.spans if span.name == name)
        return span

    def parent(self, span: ReadableSpan) -> ReadableSpan | None:
        """The span that one is part of."""
        if span.parent is None:
            return None
        wanted = span.parent.span_id
        return next((one for one in self.spans if one.context.span_id == wanted), None)

    def way_up(self, span: ReadableSpan) -> list[str]:
        """The names from a span up to the first of its trace."""
        found = [span.name]
        parent = self.parent(span)
        while parent is not None:
            found.append(parent.name)
            parent = self.parent(parent)
        return found


def attributes(span: ReadableSpan) -> Mapping[str, object]:
    return dict(span.attributes or {})


def recorded_by(record: Callable[[SpanRecorder, Sighting[Any]], None], *items: Any) -> Exported:
    """What is exported when these are seen in one span."""
    exported = Exported()
    recorder = SpanRecorder(exported.tracing.provider)
    for item in items:
        record(recorder, Sighting(item, _SPAN, 100.0, 7.0))
    return exported
