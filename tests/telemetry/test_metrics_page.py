"""The page that Prometheus reads."""

import aiohttp
import pytest
from aiohttp import web

from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings
from webpubsub.telemetry.metrics import Metrics
from webpubsub.telemetry.metrics_page import MetricsPage


class Others:
    """Pages that answer one path, and remember that they were closed."""

    closed = False

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        return web.Response(text="theirs") if request.path == "/theirs" else None

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("has_others", [False, True])
async def test_it_is_there_beside_the_others(has_others: bool) -> None:
    """Others go on to be answered, the REST API included."""
    service = Service(ServiceSettings(port=0))
    others = Others() if has_others else None
    metrics = Metrics(service.hubs)
    service.pages = MetricsPage(metrics, others)
    service.point.attach(metrics.see_service)
    async with service, aiohttp.ClientSession(service.endpoint) as http:
        health = await http.head("/api/health")
        page = await http.get("/metrics")
        text = await page.text()
        theirs = await http.get("/theirs")
        posted = await http.post("/metrics")
    assert (health.status, page.status, posted.status) == (200, 200, 404)
    assert page.headers["Content-Type"].startswith("text/plain; version=")
    assert 'webpubsub_rest_duration_seconds_count{operation="' in text
    assert theirs.status == (200 if has_others else 404)
    assert others is None or others.closed
