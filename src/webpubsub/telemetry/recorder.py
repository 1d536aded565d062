"""Spans of OpenTelemetry, made of what is seen to begin and to end.

The ids are those that are sent to others and that functions are told, so a span begins when it is
seen to begin, and everything within it, user code included, may name it.
"""

from collections.abc import Mapping
from contextvars import Token
from typing import Any, TypeAlias

import msgspec
from opentelemetry import context as contexts
from opentelemetry.context import Context
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.trace import (
    NonRecordingSpan,
    Span,
    SpanKind,
    Status,
    StatusCode,
    TraceFlags,
    TraceState,
    set_span_in_context,
)
from opentelemetry.trace import SpanContext as OtelSpanContext

from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.telemetry.span_ids import wanted_span

Attributes: TypeAlias = Mapping[str, str | int | float | bool]

_NANOSECONDS = 1_000_000_000
_SCOPE = "webpubsub"
#: Of spans that are never seen to end, such as by a process that is about to, so many are kept.
_MAX_OPEN = 10_000
_NONE: Attributes = {}


class _Open(msgspec.Struct):
    """A span that has begun: when, by both clocks, and what took its place for user code."""

    span: Span
    at: int
    monotonic: float
    token: Token[Context] | None = None


class SpanRecorder:
    """Makes the spans of one process."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer(_SCOPE)
        self._open: dict[str, _Open] = {}

    def begin(
        self,
        sighting: Sighting[Any],
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        *,
        enter: bool = False,
    ) -> None:
        """Begin a span; with ``enter``, spans of user code become parts of it until it ends."""
        if sighting.span is None:
            return
        at = int(sighting.at * _NANOSECONDS)
        span = self._start(sighting.span, name, kind, attributes, at)
        begun = self._open[sighting.span.span_id] = _Open(span, at, sighting.monotonic)
        if enter:
            begun.token = contexts.attach(set_span_in_context(span))
        if len(self._open) > _MAX_OPEN:
            self._open.pop(next(iter(self._open))).span.end()

    def end(
        self,
        sighting: Sighting[Any],
        attributes: Attributes = _NONE,
        error: str | None = None,
        message: str = "",
    ) -> None:
        """End the span in which something was seen, if it is open. ``error`` is a class of
        errors."""
        if sighting.span is None:
            return
        begun = self._open.pop(sighting.span.span_id, None)
        if begun is None:
            return
        if begun.token is not None:
            contexts.detach(begun.token)
        _finish(begun.span, attributes, error, message)
        seconds = sighting.monotonic - begun.monotonic
        begun.span.end(begun.at + int(seconds * _NANOSECONDS))

    def whole(
        self,
        sighting: Sighting[Any],
        seconds: float,
        name: str,
        kind: SpanKind,
        attributes: Attributes,
        error: str | None = None,
        message: str = "",
    ) -> None:
        """Make a span of what has taken so long until it was seen."""
        if sighting.span is None:
            return
        ended = int(sighting.at * _NANOSECONDS)
        begun = ended - int(seconds * _NANOSECONDS)
        span = self._start(sighting.span, name, kind, attributes, begun)
        _finish(span, _NONE, error, message)
        span.end(ended)

    def rename(self, sighting: Sighting[Any], name: str, attributes: Attributes) -> None:
        """Name the span in which something was seen, if it is open, by what is known by now."""
        begun = None if sighting.span is None else self._open.get(sighting.span.span_id)
        if begun is not None:
            begun.span.update_name(name)
            _finish(begun.span, attributes, None, "")

    def note(self, sighting: Sighting[Any], name: str, attributes: Attributes) -> None:
        """Add an event to the span in which something was seen, if it is open."""
        begun = None if sighting.span is None else self._open.get(sighting.span.span_id)
        if begun is not None:
            begun.span.add_event(name, attributes, int(sighting.at * _NANOSECONDS))

    def fail(self, sighting: Sighting[Any], error: str, message: str) -> None:
        """Say that the span in which something was seen has failed, if it is open."""
        begun = None if sighting.span is None else self._open.get(sighting.span.span_id)
        if begun is not None:
            _finish(begun.span, _NONE, error, message)

    def close(self) -> None:
        """End what is open still."""
        for begun in self._open.values():
            begun.span.end()
        self._open.clear()

    def _start(
        self, context: SpanContext, name: str, kind: SpanKind, attributes: Attributes, at: int
    ) -> Span:
        token = wanted_span.set(context)
        try:
            return self._tracer.start_span(name, _parent(context), kind, attributes, start_time=at)
        finally:
            wanted_span.reset(token)


def _parent(context: SpanContext) -> Context:
    """That of a span which is kept or not as its parent has been asked for it."""
    return Context() if context.parent_id is None else within(context, context.parent_id)


def within(context: SpanContext, span_id: str) -> Context:
    """What is made in it is part of the span with this id, in the trace of ``context``."""
    parent = OtelSpanContext(
        int(context.trace_id, 16),
        int(span_id, 16),
        is_remote=True,
        trace_flags=TraceFlags(TraceFlags.SAMPLED if context.sampled else TraceFlags.DEFAULT),
        trace_state=TraceState.from_header([context.state]) if context.state else TraceState(),
    )
    return set_span_in_context(NonRecordingSpan(parent), Context())


def _finish(span: Span, attributes: Attributes, error: str | None, message: str) -> None:
    for name, value in attributes.items():
        span.set_attribute(name, value)
    if error is not None:
        span.set_attribute("error.type", error)
        span.set_status(Status(StatusCode.ERROR, message or None))
