"""Traces for OpenTelemetry, from what is seen of a service and of a host.

Where they go, how many are kept and what the process is called is for the OTEL_* environment
variables to say, as the SDK reads them.
"""

from collections.abc import Callable, Sequence
from functools import partial

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, ConsoleSpanExporter
from opentelemetry.sdk.trace.sampling import Decision

from webpubsub.host.observation import ObservationPoint as HostPoint
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.service.observation import ObservationPoint as ServicePoint
from webpubsub.telemetry.environment import CONSOLE
from webpubsub.telemetry.host_spans import record_host
from webpubsub.telemetry.recorder import SpanRecorder, within
from webpubsub.telemetry.service_spans import record_service
from webpubsub.telemetry.span_ids import GivenIds

_NAME = "service.name"
#: What the SDK calls a process that has no name.
_NAMELESS = "unknown_service"


class Tracing:
    """Traces what passes the points that it watches, until it is told to ``look_away``."""

    def __init__(self, processors: Sequence[SpanProcessor]) -> None:
        self.provider = provider_with(processors)
        self._recorder = SpanRecorder(self.provider)
        self._undo: list[Callable[[], None]] = []

    def watch_service(self, point: ServicePoint) -> None:
        """Trace what passes the point of a service."""
        point.samples = self._samples
        self._undo.append(point.attach(partial(record_service, self._recorder)))

    def watch_host(self, point: HostPoint) -> None:
        """Trace what passes the point of a host; call it on the event loop."""
        point.samples = self._samples
        self._undo.append(point.attach(partial(record_host, self._recorder)))

    def look_away(self) -> None:
        """Watch no point any more."""
        undo, self._undo = self._undo, []
        for one in undo:
            one()

    def adopt_user_spans(self) -> None:
        """Export the spans that user code makes, unless it has a provider of its own by now."""
        adopt_user_spans(self.provider)

    def stop(self) -> None:
        """Export what has not been; takes seconds when nobody listens."""
        self._recorder.close()
        self.provider.shutdown()

    def _samples(self, trace_id: str, sender: SpanContext | None) -> bool:
        parent = None if sender is None else within(sender, sender.span_id)
        result = self.provider.sampler.should_sample(parent, int(trace_id, 16), "")
        return result.decision is Decision.RECORD_AND_SAMPLE


def provider_with(processors: Sequence[SpanProcessor]) -> TracerProvider:
    """What makes spans, named after this process."""
    provider = TracerProvider(id_generator=GivenIds(), resource=_resource())
    for processor in processors:
        provider.add_span_processor(processor)
    return provider


def adopt_user_spans(provider: TracerProvider) -> None:
    """Have a provider export the spans that user code makes, unless that has one of its own."""
    if isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider):
        trace.set_tracer_provider(provider)


def processors_for(exporters: Sequence[str]) -> list[SpanProcessor]:
    """What brings spans to exporters by their names."""
    return [
        BatchSpanProcessor(ConsoleSpanExporter() if name == CONSOLE else OTLPSpanExporter())
        for name in exporters
    ]


def _resource() -> Resource:
    resource = Resource.create()
    name = str(resource.attributes.get(_NAME, ""))
    return (
        resource.merge(Resource({_NAME: "webpubsub"})) if name.startswith(_NAMELESS) else resource
    )
