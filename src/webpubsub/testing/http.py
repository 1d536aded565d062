"""The HTTP functions of the app in a test."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import msgspec
from yarl import URL

# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class Response(msgspec.Struct, frozen=True, kw_only=True):
    """What an HTTP function, or the REST API, has answered. Names of headers match in any letter
    case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode(errors="replace")

    def json(self) -> Any:
        """The body read as JSON. Raises ValueError when it is none."""
        return json.loads(self.body)


class Http:
    """Sends requests to one server; ``base`` gives its address, ``settle`` waits for what
    follows."""

    def __init__(
        self,
        session: Callable[[], Awaitable[aiohttp.ClientSession]],
        base: Callable[[], str],
        settle: Callable[[], Awaitable[None]],
    ) -> None:
        self._session = session
        self._base = base
        self._settle = settle

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a request whose path and query are as they are written here; ``json`` is sent as
        JSON, ``data`` as it is. Returns when what followed has come to rest."""
        session = await self._session()
        url = URL(self._base() + path, encoded=True)
        async with session.request(
            method, url, json=json, data=data, headers=headers, allow_redirects=False
        ) as answer:
            body = await answer.read()
            response = Response(status=answer.status, headers=answer.headers, body=body)
        await self._settle()
        return response

    async def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """Send a GET request."""
        return await self.request("GET", path, headers=headers)

    async def post(
        self,
        path: str,
        *,
        json: Any = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a POST request."""
        return await self.request("POST", path, json=json, data=data, headers=headers)

    async def put(
        self,
        path: str,
        *,
        json: Any = None,
        data: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Send a PUT request."""
        return await self.request("PUT", path, json=json, data=data, headers=headers)

    async def delete(self, path: str, *, headers: Mapping[str, str] | None = None) -> Response:
        """Send a DELETE request."""
        return await self.request("DELETE", path, headers=headers)
