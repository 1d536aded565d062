"""Ids of spans."""

from webpubsub.protocol.trace_context import SpanContext
from webpubsub.telemetry.span_ids import GivenIds, wanted_span


def test_wanted_ids_and_others() -> None:
    """Who wants none in particular gets another one every time."""
    ids = GivenIds()
    token = wanted_span.set(SpanContext("a" * 32, "b" * 16))
    assert (ids.generate_trace_id(), ids.generate_span_id()) == (
        int("a" * 32, 16),
        int("b" * 16, 16),
    )
    wanted_span.reset(token)
    assert len({ids.generate_trace_id() for _ in range(9)}) == 9
    assert len({ids.generate_span_id() for _ in range(9)}) == 9
