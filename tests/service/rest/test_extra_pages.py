"""Pages that others serve ahead of the REST API."""

from aiohttp import ClientSession, ClientTimeout, web

from tests.service.wire import PATIENCE
from webpubsub.service.service import Service
from webpubsub.service.settings import ServiceSettings


class Pages:
    """Answers below one path."""

    def __init__(self) -> None:
        self.closed = False

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        return web.Response(text="mine") if request.path == "/mine" else None

    def close(self) -> None:
        self.closed = True


async def test_pages_are_asked_first() -> None:
    """What they leave goes to the REST API; when the service stops, they are told."""
    service = Service(ServiceSettings(port=0))
    service.pages = pages = Pages()
    async with service, ClientSession() as http:
        for path, status in (("/mine", 200), ("/", 200), ("/other", 404)):
            async with http.get(service.endpoint + path, timeout=_TIMEOUT) as response:
                assert response.status == status
                assert (await response.text() == "mine") is (path == "/mine")
        assert not pages.closed
    assert pages.closed


_TIMEOUT = ClientTimeout(PATIENCE)
