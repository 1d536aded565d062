"""Numbers for Prometheus."""

import re
import sys
from pathlib import Path

import pytest
from prometheus_client import Counter, Histogram
from prometheus_client.parser import text_string_to_metric_families

from tests.protocol.cloud_events.samples import CONNECTED
from webpubsub.host import observation as host
from webpubsub.host.worker import FunctionFailure
from webpubsub.protocol.clients.requests import Ping, SendToGroup
from webpubsub.protocol.messages import DataType, Delivery, Message
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.outcomes import Notified
from webpubsub.protocol.refusals.functions import KEY_MISSING
from webpubsub.protocol.refusals.handshake import HEAD_INVALID, TOKEN_MISSING
from webpubsub.protocol.refusals.webhooks import NOT_ALLOWED, TIMEOUT
from webpubsub.service import observation as service
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.sessions.life import Phase
from webpubsub.service.sessions.session import Session
from webpubsub.telemetry.metrics import MAX_HUBS, NO_ROUTE, OTHER_HUBS, SECONDS, Metrics

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
    lost = Session("chat", "c3")
    lost.phase = Phase.DETACHED
    hubs.hub("chat").add(lost)
    assert value(metrics, "connections", hub="chat") == 3
    assert value(metrics, "connections_detached", hub="chat") == 1
    assert value(metrics, "connections_detached", hub="news") == 0


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
        service.TurnedAway("", HEAD_INVALID.refuse("TLS")),
        service.HandshakeAccepted("/client/hubs/chat", "chat", "c", recovered=True),
        service.SessionEnded("chat", "c", "", detached=True),
        service.ValidationAnswered("http://a", 200, 1, 0.5),
        service.ValidationAnswered("http://a", 401, 1, 0.5, NOT_ALLOWED.refuse("status 401")),
    )
    hub = CONNECTED.hub
    expected = {
        ("connections_opened_total", "chat"): 2,
        ("inbound_messages_total", "chat"): 2,
        ("inbound_bytes_total", "chat"): 5,
        ("outbound_messages_total", "chat"): 3,
        ("outbound_bytes_total", "chat"): 15,
    }
    assert {key: value(metrics, key[0], hub=key[1]) for key in expected} == expected
    assert value(metrics, "handshakes_refused_total", code="handshake.token.missing") == 1
    assert value(metrics, "handshakes_refused_total", code=HEAD_INVALID.code) == 1
    for outcome in ("recovered", "ended"):
        assert value(metrics, "recoveries_total", hub="chat", outcome=outcome) == 1
    for outcome in ("allowed", NOT_ALLOWED.code):
        assert value(metrics, "webhook_validations_total", outcome=outcome) == 1
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


def test_requests_to_the_app() -> None:
    """By route, never by path; whatever the method is called."""
    metrics = counted()
    refusal = KEY_MISSING.refuse("no key")
    for item in (
        host.HttpAnswered("GET", "/api/f/1", 200, 0.25, "/api/f/{id}"),
        host.HttpAnswered("GET", "/api/f/2", 401, 0.1, "/api/f/{id}", refusal),
        host.HttpAnswered("BREW", "/pot", 404, 0.1),
    ):
        metrics.see_host(Sighting(item, None, 0.0, 0.0))
    for route, method, status in (
        ("/api/f/{id}", "GET", "200"),
        ("/api/f/{id}", "GET", "401"),
        (NO_ROUTE, "_OTHER", "404"),
    ):
        labels = {"route": route, "method": method, "status": status}
        assert value(metrics, "http_duration_seconds_count", **labels) == 1


def test_the_page_is_what_prometheus_reads() -> None:
    """Its own parser does; counters, units and labels have the names that its guide asks for."""
    metrics = counted(service.RestAnswered("GET", "/", 200, 0.004))
    families = {one.name: one for one in text_string_to_metric_families(metrics.text().decode())}
    own = {name: one for name, one in families.items() if name.startswith("webpubsub_")}
    assert own.keys() >= {"webpubsub_connections", "webpubsub_rest_duration_seconds"}
    assert {one.type for one in own.values()} <= {"counter", "gauge", "histogram"}
    for name, family in own.items():
        assert family.documentation.endswith(".")
        assert (family.type == "histogram") == name.endswith("_seconds")
        assert {sample.name for sample in family.samples if family.type == "counter"} <= {
            f"{name}_total"
        }
    buckets = {
        sample.labels["le"]: sample.value
        for sample in own["webpubsub_rest_duration_seconds"].samples
        if sample.name.endswith("_bucket")
    }
    assert (buckets["0.0025"], buckets["0.005"], buckets["+Inf"]) == (0, 1, 1)
    assert {float(text) for text in buckets} - {float("inf")} == set(SECONDS)


@pytest.mark.skipif(sys.platform != "linux", reason="what a process takes is read from /proc")
def test_the_process_is_measured() -> None:
    """As every program that Prometheus reads measures itself."""
    text = counted().text().decode()
    for name in ("process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"):
        assert f"\n{name} " in text
    assert "python_info{" in text


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
        if family.name.startswith("webpubsub_"):
            found[family.name + suffix] = family
    assert listed.keys() == found.keys()
    metrics = counted()
    for metric in vars(metrics).values():
        if not isinstance(metric, Counter | Histogram):
            continue
        own = {one.name for one in metric.collect()}
        (row,) = (row for key, row in listed.items() if key.removesuffix("_total") in own)
        assert row == ", ".join(f"`{label}`" for label in metric._labelnames)
