"""The context of an invocation. Specification: functions-python section 8.2."""

import pytest

from webpubsub.host.python.context import context_of
from webpubsub.host.worker import Invocation, TraceContext

INVOCATION = Invocation(
    id="1-2",
    function_id="f",
    inputs=(),
    trace_context=TraceContext("00-a-b-01", "k=v"),
    retry_count=1,
    max_retry_count=3,
)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("invocation_id", "1-2"),
        ("function_name", "fn"),
        ("function_directory", "/app"),
        ("trace_context.trace_parent", "00-a-b-01"),
        ("trace_context.Traceparent", "00-a-b-01"),
        ("trace_context.trace_state", "k=v"),
        ("trace_context.Tracestate", "k=v"),
        ("trace_context.attributes", {}),
        ("trace_context.Attributes", {}),
        ("retry_context.retry_count", 1),
        ("retry_context.max_retry_count", 3),
        ("retry_context.rpc_exception", None),
    ],
)
def test_members(path: str, expected: object) -> None:
    """Every member of functions-python section 8.2, in the spelling of the real worker."""
    value: object = context_of(INVOCATION, "fn", "/app")
    for name in path.split("."):
        value = getattr(value, name)
    assert value == expected
