"""Numbers, if they are wanted."""

import aiohttp

from webpubsub.cli.metrics import counted
from webpubsub.host.observation import ObservationPoint
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings


async def test_nothing_is_counted_unless_it_is_wanted() -> None:
    """Then nobody looks, and there is no page."""
    service = Service(ServiceSettings(port=0))
    with counted(service, False):
        assert service.pages is None
        assert service.point.observer is None


async def test_service_and_app_are_counted_together() -> None:
    """On one page of the service, until the end."""
    service, host = Service(ServiceSettings(port=0)), ObservationPoint()
    with counted(service, True, host):
        async with service, aiohttp.ClientSession(service.endpoint) as http:
            page = await http.get("/metrics")
            assert "webpubsub_function_duration_seconds" in await page.text()
    assert service.point.observer is None
    assert host.observer is None
