"""Spans, made of what begins and ends."""

import pytest
from opentelemetry import trace
from opentelemetry.trace import SpanKind, StatusCode

from tests.telemetry.exported import Exported, attributes
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.telemetry import recorder as recorder_module
from webpubsub.telemetry.recorder import SpanRecorder

ROOT = SpanContext("a" * 32, "b" * 16, state="x=1")
CHILD = ROOT.child("c" * 16)
KIND = SpanKind.INTERNAL


def seen(span: SpanContext | None, seconds: float = 0.0) -> Sighting[str]:
    return Sighting("item", span, 100.0 + seconds, 7.0 + seconds)


@pytest.fixture
def exported() -> Exported:
    return Exported()


@pytest.fixture
def recorder(exported: Exported) -> SpanRecorder:
    return SpanRecorder(exported.tracing.provider)


def test_from_a_beginning_to_an_end(exported: Exported, recorder: SpanRecorder) -> None:
    """With the ids and times that were seen."""
    recorder.begin(seen(ROOT), "outer", KIND, {"a": 1})
    recorder.begin(seen(CHILD, 1), "inner", KIND, {})
    recorder.note(seen(CHILD, 1.5), "something", {"b": 2})
    recorder.end(seen(CHILD, 2))
    recorder.end(seen(ROOT, 3), {"c": 3})
    outer, inner = exported.named("outer"), exported.named("inner")
    assert outer.context.trace_id == inner.context.trace_id == int("a" * 32, 16)
    assert (outer.context.span_id, inner.context.span_id) == (int("b" * 16, 16), int("c" * 16, 16))
    assert outer.parent is None
    assert exported.parent(inner) is outer
    assert (outer.start_time, outer.end_time) == (100_000_000_000, 103_000_000_000)
    assert attributes(outer) == {"a": 1, "c": 3}
    assert [event.name for event in inner.events] == ["something"]
    assert inner.parent is not None
    assert inner.parent.trace_state.get("x") == "1"


def test_failures(exported: Exported, recorder: SpanRecorder) -> None:
    """At the end, or before it."""
    recorder.begin(seen(ROOT), "one", KIND, {})
    recorder.end(seen(ROOT, 1), error="Trouble", message="why")
    recorder.begin(seen(CHILD), "two", KIND, {})
    recorder.fail(seen(CHILD), "Trouble", "why")
    recorder.end(seen(CHILD, 1))
    for name in ("one", "two"):
        span = exported.named(name)
        assert attributes(span) == {"error.type": "Trouble"}
        assert (span.status.status_code, span.status.description) == (StatusCode.ERROR, "why")


def test_what_is_seen_only_when_it_is_over(exported: Exported, recorder: SpanRecorder) -> None:
    """It began so many seconds before."""
    recorder.whole(seen(ROOT, 1), 0.5, "all", KIND, {}, None)
    span = exported.named("all")
    assert (span.start_time, span.end_time) == (100_500_000_000, 101_000_000_000)


def test_user_code_is_part_of_it(exported: Exported, recorder: SpanRecorder) -> None:
    """Until it ends."""
    recorder.begin(seen(ROOT), "outer", KIND, {}, enter=True)
    assert trace.get_current_span().get_span_context().span_id == int("b" * 16, 16)
    with exported.tracing.provider.get_tracer("user").start_as_current_span("user's"):
        pass
    recorder.end(seen(ROOT, 1))
    assert not trace.get_current_span().get_span_context().is_valid
    assert exported.way_up(exported.named("user's")) == ["user's", "outer"]


def test_what_is_in_no_trace_is_no_span(exported: Exported, recorder: SpanRecorder) -> None:
    """Nor is what was never seen to begin."""
    recorder.begin(seen(None), "none", KIND, {})
    recorder.whole(seen(None), 1, "none", KIND, {})
    for span in (None, ROOT):
        recorder.note(seen(span), "none", {})
        recorder.fail(seen(span), "none", "")
        recorder.end(seen(span))
    assert exported.spans == ()


def test_what_is_not_sampled_is_not_exported(exported: Exported, recorder: SpanRecorder) -> None:
    """Whoever began the trace has decided."""
    parent = SpanContext("a" * 32, "b" * 16, sampled=False)
    recorder.begin(seen(parent.child("c" * 16)), "one", KIND, {})
    recorder.end(seen(parent.child("c" * 16)))
    assert exported.spans == ()


def test_what_never_ends_is_bounded(
    exported: Exported, recorder: SpanRecorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The oldest ends, and at last all of them."""
    monkeypatch.setattr(recorder_module, "_MAX_OPEN", 2)
    for number in range(1, 4):
        recorder.begin(seen(ROOT.child(f"{number:016x}")), str(number), KIND, {})
    assert [span.name for span in exported.spans] == ["1"]
    recorder.close()
    assert [span.name for span in exported.spans] == ["1", "2", "3"]
