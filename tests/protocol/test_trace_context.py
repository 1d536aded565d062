"""The trace a request belongs to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webpubsub.protocol.trace_context import (
    SpanContext,
    metadata_span,
    sender_span,
    trace_headers,
)

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    ("headers", "passed"),
    [
        ([], []),
        ([("traceparent", PARENT)], [("traceparent", PARENT)]),
        ([("TraceParent", f" {PARENT} ")], [("traceparent", PARENT)]),
        (
            [("traceparent", PARENT), ("tracestate", "a=1"), ("Tracestate", "b=2")],
            [("traceparent", PARENT), ("tracestate", "a=1,b=2")],
        ),
        ([("traceparent", PARENT), ("tracestate", "")], [("traceparent", PARENT)]),
        ([("traceparent", PARENT), ("tracestate", "a=é")], [("traceparent", PARENT)]),
        ([("traceparent", PARENT), ("tracestate", "x" * 513)], [("traceparent", PARENT)]),
        ([("tracestate", "a=1")], []),
        ([("traceparent", PARENT), ("traceparent", PARENT)], []),
        ([("traceparent", "ff" + PARENT[2:])], []),
        ([("traceparent", PARENT.upper())], []),
        ([("traceparent", PARENT.replace("00f067aa0ba902b7", "0" * 16))], []),
        ([("traceparent", PARENT + "\r\nX: y")], []),
    ],
)
def test_what_is_passed_on(headers: list[tuple[str, str]], passed: list[tuple[str, str]]) -> None:
    """A valid trace goes on unchanged, and anything else is no trace."""
    assert trace_headers(headers) == passed


@given(st.lists(st.tuples(st.sampled_from(["traceparent", "tracestate"]), st.text())))
def test_nothing_made_up_gets_through(headers: list[tuple[str, str]]) -> None:
    """Whatever a client sends, there is no trace without a parent, and no line break in it."""
    passed = trace_headers(headers)
    assert not passed or passed[0][0] == "traceparent"
    assert all(value.isprintable() or "\t" in value for _, value in passed)


def test_the_span_of_a_sender() -> None:
    """What the headers say, and the headers say it again."""
    span = sender_span([("traceparent", PARENT), ("tracestate", "a=1")])
    assert span == SpanContext(
        "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", sampled=True, state="a=1"
    )
    assert span.headers == [("traceparent", PARENT), ("tracestate", "a=1")]
    assert sender_span([("tracestate", "a=1")]) is None


def test_a_span_within_another() -> None:
    """It has the trace of the other one."""
    span = sender_span([("traceparent", PARENT[:-2] + "00")])
    assert span is not None
    child = span.child("c" * 16)
    assert (child.trace_id, child.parent_id, child.sampled) == (span.trace_id, span.span_id, False)
    assert child.trace_parent == f"00-{span.trace_id}-{'c' * 16}-00"


@pytest.mark.parametrize(
    ("metadata", "found"),
    [(None, False), ({}, False), ({"x": "y"}, False), ({"traceparent": PARENT}, True)],
)
def test_the_span_in_metadata(metadata: dict[str, str] | None, found: bool) -> None:
    """A client may say where it sends its message from."""
    assert (metadata_span(metadata) is not None) is found
