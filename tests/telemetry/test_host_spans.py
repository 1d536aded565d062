"""What is seen of the host, as spans."""

from functools import partial

import pytest

from tests.protocol.cloud_events.samples import CONNECTED
from tests.telemetry.exported import attributes, recorded_by
from webpubsub.host import observation as seen
from webpubsub.protocol.operations import CloseAllConnections
from webpubsub.protocol.refusals.deliveries import METHOD_WRONG
from webpubsub.telemetry.host_spans import record_host

recorded = partial(recorded_by, record_host)


@pytest.mark.parametrize(("status", "error"), [(200, None), (404, None), (500, "500")])
def test_a_request(status: int, error: str | None) -> None:
    """It is a failure of ours that is one."""
    span = recorded(
        seen.HttpReceived("GET", "/api/f"),
        seen.HttpAnswered("GET", "/api/f", status, 0.1, "/api/f"),
    ).named("GET /api/f")
    assert attributes(span)["http.response.status_code"] == status
    assert attributes(span).get("error.type") == error


def test_deliveries() -> None:
    """One that brings an event, and one that is refused."""
    span = recorded(
        seen.DeliveryReceived("POST"), seen.DeliveryAnswered("POST", 204, 0.1, CONNECTED)
    ).named("webpubsub delivery")
    assert attributes(span)["messaging.operation.name"] == "connected"
    span = recorded(
        seen.DeliveryReceived("PUT"),
        seen.DeliveryAnswered("PUT", 400, 0.1, None, METHOD_WRONG.refuse("PUT")),
    ).named("webpubsub delivery")
    assert attributes(span)["error.type"] == METHOD_WRONG.code


@pytest.mark.parametrize(
    ("kind", "trigger"),
    [
        ("httpTrigger", "http"),
        ("timerTrigger", "timer"),
        ("webPubSubTrigger", "pubsub"),
        ("queueTrigger", "other"),
    ],
)
def test_what_an_invocation_comes_from(kind: str, trigger: str) -> None:
    """By what the conventions call the types of triggers."""
    span = recorded(
        seen.InvocationBegan(
            invocation_id="i", function="fn", reason="", trigger="x", trigger_type=kind
        ),
        seen.InvocationEnded(
            invocation_id="i",
            function="fn",
            seconds=0.1,
            inputs=(),
            outputs={},
            return_value=None,
        ),
    ).named("fn")
    assert attributes(span)["faas.trigger"] == trigger
    assert attributes(span)["faas.invocation_id"] == "i"


def test_an_action_that_is_refused() -> None:
    """Says why."""
    span = recorded(
        seen.ActionCarriedOut(
            invocation_id="i",
            function="fn",
            binding="actions",
            operation=CloseAllConnections(hub="chat"),
            seconds=0.5,
            problem="as asked",
        )
    ).named("CloseAllConnections chat")
    assert attributes(span)["error.type"] == "_OTHER"
    assert span.status.description == "as asked"
    assert (span.start_time, span.end_time) == (99_500_000_000, 100_000_000_000)


def test_what_is_no_span() -> None:
    """Is passed over."""
    assert recorded(seen.AppBroken("why")).spans == ()
