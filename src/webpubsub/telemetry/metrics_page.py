"""The page that Prometheus reads, ahead of the other pages of a service."""

from aiohttp import web

from webpubsub.service.rest.extra_pages import ExtraPages
from webpubsub.telemetry.metrics import CONTENT_TYPE, Metrics

PATH = "/metrics"


class MetricsPage:
    """Answers GET and HEAD of ``/metrics``, and leaves everything else to the ``others``."""

    def __init__(self, metrics: Metrics, others: ExtraPages | None) -> None:
        self._metrics = metrics
        self._others = others

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """The answer, or None for what is none of its business."""
        if request.rel_url.raw_path == PATH and request.method in ("GET", "HEAD"):
            headers = {"Content-Type": CONTENT_TYPE, "Cache-Control": "no-store"}
            return web.Response(body=self._metrics.text(), headers=headers)
        return None if self._others is None else await self._others.answer(request)

    def close(self) -> None:
        """The service stops."""
        if self._others is not None:
            self._others.close()
