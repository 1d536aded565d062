"""The numbers of a service that runs here, and of an app beside it."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from webpubsub.host.observation import ObservationPoint
    from webpubsub.service.service import Service

MetricsOption = Annotated[
    bool,
    typer.Option(
        "--metrics", help="Count what goes on, for Prometheus, on /metrics of the service."
    ),
]


@contextmanager
def counted(
    service: "Service", wanted: bool, host: "ObservationPoint | None" = None
) -> Iterator[None]:
    """Count what passes meanwhile and show it, if that is wanted. The service has not started;
    with a ``host``, it is entered on the event loop."""
    if not wanted:
        yield
        return
    from webpubsub.telemetry.metrics import Metrics
    from webpubsub.telemetry.metrics_page import MetricsPage

    metrics = Metrics(service.hubs)
    service.pages = MetricsPage(metrics, service.pages)
    with ExitStack() as undo:
        undo.callback(service.point.attach(metrics.see_service))
        if host is not None:
            undo.callback(host.attach(metrics.see_host))
        yield
