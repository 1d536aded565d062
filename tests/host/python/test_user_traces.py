"""The trace of an invocation, for code of the app in a process of its own."""

import asyncio

import pytest
from opentelemetry import trace

from webpubsub.host.python.user_traces import enter_trace
from webpubsub.host.worker import TraceContext
from webpubsub.protocol.trace_context import SpanContext, current_span

PARENT = f"00-{'a' * 32}-{'b' * 16}-01"


async def entered(context: TraceContext) -> tuple[SpanContext | None, int]:
    """What code in the same task sees: our span, and the id of OpenTelemetry's."""

    async def task() -> tuple[SpanContext | None, int]:
        enter_trace(context)
        return current_span.get(), trace.get_current_span().get_span_context().span_id

    return await asyncio.create_task(task())


@pytest.mark.parametrize("context", [TraceContext(), TraceContext("nonsense", "x=1")])
async def test_there_is_no_trace(context: TraceContext) -> None:
    """Then there is no span."""
    assert await entered(context) == (None, 0)


async def test_a_trace_lasts_as_long_as_its_task() -> None:
    """The next invocation has another one, or none."""
    span, other = await entered(TraceContext(PARENT, "x=1"))
    assert span == SpanContext("a" * 32, "b" * 16, state="x=1")
    assert other == int("b" * 16, 16)
    assert current_span.get() is None
    assert not trace.get_current_span().get_span_context().is_valid
