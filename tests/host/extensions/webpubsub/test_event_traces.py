"""Which trace an event belongs to."""

from collections.abc import Mapping

import msgspec
import pytest

from tests.protocol.cloud_events.samples import CONNECT, CONNECTED, a_user_event
from webpubsub.host.extensions.webpubsub.event_traces import trace_of
from webpubsub.host.worker import TraceContext
from webpubsub.protocol.events import AnyEventRequest
from webpubsub.protocol.messages import DataType, Message

PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
TRACE = TraceContext(PARENT, "a=1")
HEADERS = {"TraceParent": [PARENT], "tracestate": ["a=1"]}


def saying(metadata: Mapping[str, str] | None) -> AnyEventRequest:
    return a_user_event(Message(DataType.TEXT, b"", metadata))


def received(event: AnyEventRequest, headers: Mapping[str, list[str]]) -> AnyEventRequest:
    context = msgspec.structs.replace(event.connection_context, received_headers=headers)
    return msgspec.structs.replace(event, connection_context=context)


@pytest.mark.parametrize(
    ("event", "trace"),
    [
        (CONNECTED, TraceContext()),
        (saying(None), TraceContext()),
        (saying({"x": "y"}), TraceContext()),
        (saying({"traceparent": PARENT, "tracestate": "a=1"}), TRACE),
        (msgspec.structs.replace(CONNECT, headers=HEADERS), TRACE),
        (received(CONNECTED, HEADERS), TRACE),
        # The service has sent it from a span of its own.
        (received(saying({"traceparent": PARENT}), {}), TraceContext()),
    ],
)
def test_the_trace_of_an_event(event: AnyEventRequest, trace: TraceContext) -> None:
    """From the request that brought it, or else from what the client says."""
    assert trace_of(event) == trace
