"""Spans that were exported, to be looked at."""

from collections.abc import Mapping, Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from webpubsub.telemetry.tracing import Tracing


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
