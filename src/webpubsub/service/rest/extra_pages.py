"""Pages that others serve on the port of the service, ahead of the REST API."""

from typing import Protocol

from aiohttp import web

from webpubsub.service.rest.api import RestApi


class ExtraPages(Protocol):
    """Answers some HTTP requests."""

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse | None:
        """The answer, or None for what is none of its business. Must not raise."""
        ...

    def close(self) -> None:
        """The service stops: end all answers that have no end of their own."""
        ...


class PagesFirst:
    """The handler of an aiohttp ``web.Server`` that asks ``pages``, then the REST API."""

    def __init__(self, pages: ExtraPages, rest: RestApi) -> None:
        self._pages = pages
        self._rest = rest

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request."""
        response = await self._pages.answer(request)
        return await self._rest(request) if response is None else response
