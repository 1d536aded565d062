"""Numbers for Prometheus, counted from what is seen of a service and of a host.

Labels take few values: the hub, of which so many are told apart, and what the service, the API or
the app has a list of.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, TypeAlias

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from webpubsub.host import observation as host
from webpubsub.protocol.clients.requests import ClientRequest
from webpubsub.protocol.messages import Message
from webpubsub.service import observation as service
from webpubsub.service.hubs.hubs import Hubs
from webpubsub.service.sessions.life import Phase
from webpubsub.service.sessions.session import Session
from webpubsub.telemetry.methods import known_method

#: Hubs beyond these are counted as one.
MAX_HUBS = 100
OTHER_HUBS = "(other)"
CONTENT_TYPE = CONTENT_TYPE_LATEST
#: From a function that has next to nothing to do to a webhook that is tried again and again.
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
NO_ROUTE = "none"

Count: TypeAlias = Callable[["Metrics", Any], None]


class Metrics:
    """Counts what passes the points that it is attached to. ``hubs`` are those of the service."""

    def __init__(self, hubs: Hubs) -> None:
        self.registry = registry = CollectorRegistry()
        self._known: set[str] = set()
        registry.register(_Connections(hubs, self.hub))
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        counter, durations = partial(_counter, registry), partial(_durations, registry)
        self.opened = counter("connections_opened", "Clients that were let in.", "hub")
        self.closed = counter(
            "connections_closed", "Transports of clients that are gone, by reason.", "hub", "reason"
        )
        self.refused = counter(
            "handshakes_refused",
            "Clients that were turned away, by the code of the refusal.",
            "code",
        )
        self.recoveries = counter(
            "recoveries",
            "Connections that had lost their transport, by what became of them.",
            "hub",
            "outcome",
        )
        self.inbound = counter("inbound_messages", "Requests of clients.", "hub")
        self.inbound_bytes = counter("inbound_bytes", "Payloads that clients sent.", "hub")
        self.outbound = counter(
            "outbound_messages", "Messages to clients, once for each recipient.", "hub"
        )
        self.outbound_bytes = counter(
            "outbound_bytes", "Payloads to clients, once for each recipient.", "hub"
        )
        self.events = counter(
            "events", "Events of clients, by how they were answered.", "hub", "outcome"
        )
        self.webhooks = durations(
            "webhook",
            "Calls of webhooks with all their attempts, by status or refusal.",
            "hub",
            "outcome",
        )
        self.validations = counter(
            "webhook_validations",
            "Webhooks that were asked whether they want events, by what they said.",
            "outcome",
        )
        self.rest = durations("rest", "Calls of the REST API.", "operation", "status")
        self.http = durations("http", "Requests to the function app.", "route", "method", "status")
        self.invocations = durations(
            "function", "Invocations of functions, their outputs included.", "function", "outcome"
        )

    def see_service(self, sighting: service.Sighting) -> None:
        """Count what was seen of the service."""
        count = COUNTS.get(type(sighting.item))
        if count is not None:
            count(self, sighting.item)

    def see_host(self, sighting: host.Sighting) -> None:
        """Count what was seen of the host."""
        count = HOST_COUNTS.get(type(sighting.item))
        if count is not None:
            count(self, sighting.item)

    def text(self) -> bytes:
        """All numbers as they are now, in the format of CONTENT_TYPE."""
        return generate_latest(self.registry)

    def hub(self, name: str) -> str:
        """The label of a hub."""
        if name in self._known or len(self._known) < MAX_HUBS:
            self._known.add(name)
            return name
        return OTHER_HUBS


def _counter(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Counter:
    return Counter(f"webpubsub_{name}", text, labels, registry=registry)


def _durations(registry: CollectorRegistry, name: str, text: str, *labels: str) -> Histogram:
    name = f"webpubsub_{name}_duration_seconds"
    return Histogram(name, text, labels, registry=registry, buckets=SECONDS)


class _Connections(Collector):
    """Counts connections when somebody asks: nothing has to be kept up to date for it."""

    def __init__(self, hubs: Hubs, label: Callable[[str], str]) -> None:
        self._hubs = hubs
        self._label = label

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Both of its metrics."""
        kept = self._family("", "Clients that are connected, or may come back to their connection.")
        detached = self._family("_detached", "Those of them that have lost their transport.")
        for hub, sessions in self._sessions().items():
            kept.add_metric([hub], len(sessions))
            lost = sum(session.phase is Phase.DETACHED for session in sessions)
            detached.add_metric([hub], lost)
        yield kept
        yield detached

    def _family(self, suffix: str, text: str) -> GaugeMetricFamily:
        return GaugeMetricFamily(f"webpubsub_connections{suffix}", text, labels=["hub"])

    def _sessions(self) -> dict[str, list[Session]]:
        found: dict[str, list[Session]] = {}
        for hub in self._hubs:
            found.setdefault(self._label(hub.name), []).extend(hub.sessions.values())
        return found


def _accepted(metrics: Metrics, item: service.HandshakeAccepted) -> None:
    hub = metrics.hub(item.hub)
    metrics.opened.labels(hub).inc()
    if item.recovered:
        metrics.recoveries.labels(hub, "recovered").inc()


def _refused(metrics: Metrics, item: service.HandshakeRefused | service.TurnedAway) -> None:
    metrics.refused.labels(item.refusal.kind.code).inc()


def _closed(metrics: Metrics, item: service.ConnectionClosed) -> None:
    metrics.closed.labels(metrics.hub(item.hub), item.category).inc()


def _ended(metrics: Metrics, item: service.SessionEnded) -> None:
    if item.detached:
        metrics.recoveries.labels(metrics.hub(item.hub), "ended").inc()


def _request(metrics: Metrics, item: service.RequestReceived) -> None:
    hub = metrics.hub(item.hub)
    metrics.inbound.labels(hub).inc()
    metrics.inbound_bytes.labels(hub).inc(_size(item.request))


def _delivered(metrics: Metrics, item: service.Delivered) -> None:
    hub, number = metrics.hub(item.hub), len(item.recipients)
    metrics.outbound.labels(hub).inc(number)
    metrics.outbound_bytes.labels(hub).inc(number * len(item.delivery.message.data))


def _event(metrics: Metrics, item: service.EventAnswered) -> None:
    metrics.events.labels(metrics.hub(item.event.hub), type(item.outcome).__name__).inc()


def _webhook(metrics: Metrics, item: service.WebhookAnswered) -> None:
    outcome = str(item.status) if item.refusal is None else item.refusal.kind.code
    metrics.webhooks.labels(metrics.hub(item.event.hub), outcome).observe(item.seconds)


def _validation(metrics: Metrics, item: service.ValidationAnswered) -> None:
    outcome = "allowed" if item.refusal is None else item.refusal.kind.code
    metrics.validations.labels(outcome).inc()


def _rest(metrics: Metrics, item: service.RestAnswered) -> None:
    metrics.rest.labels(item.operation or "none", str(item.status)).observe(item.seconds)


def _http(metrics: Metrics, item: host.HttpAnswered) -> None:
    labels = (item.route or NO_ROUTE, known_method(item.method), str(item.status))
    metrics.http.labels(*labels).observe(item.seconds)


def _invocation(metrics: Metrics, item: host.InvocationEnded) -> None:
    outcome = "succeeded" if item.failure is None else "failed"
    metrics.invocations.labels(item.function, outcome).observe(item.seconds)


def _size(request: ClientRequest) -> int:
    message = getattr(request, "message", None)
    return len(message.data) if isinstance(message, Message) else 0


COUNTS: Mapping[type[service.Observed], Count] = {
    service.TurnedAway: _refused,
    service.HandshakeAccepted: _accepted,
    service.HandshakeRefused: _refused,
    service.ConnectionClosed: _closed,
    service.SessionEnded: _ended,
    service.RequestReceived: _request,
    service.Delivered: _delivered,
    service.EventAnswered: _event,
    service.WebhookAnswered: _webhook,
    service.ValidationAnswered: _validation,
    service.RestAnswered: _rest,
}

HOST_COUNTS: Mapping[type[host.Observed], Count] = {
    host.HttpAnswered: _http,
    host.InvocationEnded: _invocation,
}
