"""Numbers for Prometheus."""

import re
from pathlib import Path

import pytest

from tests.protocol.cloud_events.samples import CONNECTED
from webpubsub.host import observation as host
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol.clients.requests import Ping, SendToGroup
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.outcomes import Notified
from webpubsub.protocol.refusals.handshake import TOKEN_MISSING
from webpubsub.protocol.refusals.webhooks import TIMEOUT
from webpubsub.service import observation as service
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.sessions.session import Session
from webpubsub.telemetry.metrics import MAX_HUBS, OTHER_HUBS, Metrics

PAGE = Path(__file__).parents[2] / "docs/reference/metrics.md"
MESSAGE = Message(DataType.TEXT, b"hello")


def counted(*items: service.Observed, hubs: Hubs | None = None) -> Metrics:
    metrics = Metrics(hubs or Hubs())
    for item in items:
        metrics.see_service(Sighting(item, None, 0.0, 0.0))
    return metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"webpubsub_{name}", labels)


def test_connections_are_counted_when_somebody_asks() -> None:
    """By hub, whatever has happened before."""
    hubs = Hubs()
    metrics = counted(hubs=hubs)
    hubs.hub("chat").add(Session("chat", "c1"))
    hubs.hub("chat").add(Session("chat", "c2"))
    hubs.hub("news")
    assert value(metrics, "connections", hub="chat") == 2
    assert value(metrics, "connections", hub="news") == 0


def test_what_is_seen_of_the_service() -> None:
    """Each kind in the numbers that it belongs to."""
    metrics = counted(
        service.HandshakeAccepted("/client/hubs/chat", "chat", "c"),
        service.HandshakeRefused("/client/hubs/chat", TOKEN_MISSING.refuse("neither")),
        service.RequestReceived("chat", "c", Ping()),
        service.RequestReceived("chat", "c", SendToGroup(group="g", message=MESSAGE)),
        service.Delivered("chat", Delivery(MESSAGE), ("a", "b", "c")),
        service.EventAnswered(CONNECTED, Notified()),
        service.WebhookAnswered(CONNECTED, "http://a", 200, 1, 0.5),
        service.WebhookAnswered(CONNECTED, "http://a", None, 4, 9.5, TIMEOUT.refuse("none")),
        service.RestAnswered("GET", "/nowhere", 404, 0.1),
        service.RestAnswered("POST", "/api/hubs/chat/:send", 202, 0.1, "SendToAll", "chat"),
        service.ConnectionClosed("chat", "c", "Normal", 1000),
        service.SessionEnded("chat", "c", ""),
    )
    hub = CONNECTED.hub
    expected = {
        ("connections_opened_total", "chat"): 1,
        ("inbound_messages_total", "chat"): 2,
        ("inbound_bytes_total", "chat"): 5,
        ("outbound_messages_total", "chat"): 3,
        ("outbound_bytes_total", "chat"): 15,
    }
    assert {key: value(metrics, key[0], hub=key[1]) for key in expected} == expected
    assert value(metrics, "handshakes_refused_total", code="handshake.token.missing") == 1
    assert value(metrics, "connections_closed_total", hub="chat", reason="Normal") == 1
    assert value(metrics, "events_total", hub=hub, outcome="Notified") == 1
    assert value(metrics, "webhook_duration_seconds_sum", hub=hub, outcome="200") == 0.5
    assert value(metrics, "webhook_duration_seconds_count", hub=hub, outcome=TIMEOUT.code) == 1
    assert value(metrics, "rest_duration_seconds_count", operation="none", status="404") == 1
    assert value(metrics, "rest_duration_seconds_count", operation="SendToAll", status="202") == 1


@pytest.mark.parametrize(
    ("failure", "outcome"),
    [
        (None, "succeeded"),
        (FunctionFailure(type="ValueError", message="", stack_trace=""), "failed"),
    ],
)
def test_what_is_seen_of_the_host(failure: FunctionFailure | None, outcome: str) -> None:
    """Invocations, by how they ended."""
    metrics = counted()
    ended = host.InvocationEnded(
        invocation_id="i",
        function="fn",
        seconds=0.25,
        inputs=(),
        outputs={},
        return_value=None,
        failure=failure,
    )
    metrics.see_host(Sighting(ended, None, 0.0, 0.0))
    metrics.see_host(Sighting(host.AppBroken("why"), None, 0.0, 0.0))
    assert value(metrics, "function_duration_seconds_sum", function="fn", outcome=outcome) == 0.25


def test_hubs_are_bounded() -> None:
    """Their names come from clients."""
    hubs = Hubs()
    for number in range(MAX_HUBS + 5):
        hubs.hub(f"hub{number}").add(Session(f"hub{number}", "c"))
    metrics = counted(hubs=hubs)
    text = metrics.text().decode()
    assert text.count("webpubsub_connections{") == MAX_HUBS + 1
    assert value(metrics, "connections", hub=OTHER_HUBS) == 5


def test_the_page_lists_them_all() -> None:
    """With their labels, and none that there is not."""
    listed = dict(re.findall(r"^\| `(webpubsub_\w+)` \| (.*?) \|", PAGE.read_text(), re.MULTILINE))
    found = {}
    for family in counted().registry.collect():
        suffix = "_total" if family.type == "counter" else ""
        found[family.name + suffix] = family
    assert listed.keys() == found.keys()
    metrics = counted()
    for name in ("opened", "closed", "refused", "inbound", "outbound", "events", "webhooks"):
        metric = getattr(metrics, name)
        own = {one.name for one in metric.collect()}
        (row,) = (row for key, row in listed.items() if key.removesuffix("_total") in own)
        assert row == ", ".join(f"`{label}`" for label in metric._labelnames)
