"""The REST API of the service in a test, as an application server uses it.

Methods are named after those of the official SDKs. Specification: rest-api section 5.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from webpubsub.protocol.access_tokens import sign
from webpubsub.testing.http import Http, Response

_API_VERSION = "2024-12-01"
_TOKEN_SECONDS = 60
# A failure shows the line of the test and not where it was found out.
__tracebackhide__ = True


class ServiceRefused(Exception):
    """The REST API has refused a call: ``status``, and in the text what it says."""

    def __init__(self, call: str, response: Response) -> None:
        code = response.headers.get("x-ms-error-code", "")
        super().__init__(f"{call}: status {response.status} {code} {response.text}".rstrip())
        self.status = response.status
        self.response = response


class RestService:
    """Calls the REST API for the hub ``hub``, by default the one that the test is about.

    Tokens are signed with ``key`` and valid by ``now``, seconds since the epoch. Every method but
    ``call`` raises ServiceRefused.
    """

    def __init__(
        self,
        http: Http,
        *,
        endpoint: Callable[[], str],
        key: Callable[[], str],
        now: Callable[[], float],
        hub: Callable[[str | None], str],
    ) -> None:
        self._http = http
        self._endpoint = endpoint
        self._key = key
        self._now = now
        self._hub = hub

    async def call(
        self,
        method: str,
        path: str,
        *,
        hub: str | None = None,
        query: Mapping[str, Any] | None = None,
        data: Any = None,
    ) -> Response:
        """Any call: ``path`` is below ``/api/hubs/HUB``. A text is sent as text, bytes as they are,
        anything else as JSON."""
        target = f"/api/hubs/{quote(self._hub(hub))}{path}"
        pairs = {"api-version": _API_VERSION, **(query or {})}
        claims = {"aud": self._endpoint() + target, "exp": int(self._now()) + _TOKEN_SECONDS}
        headers = {"Authorization": f"Bearer {sign(claims, self._key())}"}
        if isinstance(data, str | bytes):
            kind = "text/plain" if isinstance(data, str) else "application/octet-stream"
            headers["Content-Type"] = kind
            return await self._http.request(
                method, _with(target, pairs), data=data, headers=headers
            )
        return await self._http.request(method, _with(target, pairs), json=data, headers=headers)

    async def send_to_all(
        self,
        data: Any,
        *,
        excluded: Sequence[str] = (),
        filter: str | None = None,  # noqa: A002 - the name of the SDKs
        hub: str | None = None,
    ) -> None:
        """Send to every connection of the hub."""
        await self._send("/:send", data, {"excluded": list(excluded), "filter": filter}, hub)

    async def send_to_group(
        self,
        group: str,
        data: Any,
        *,
        excluded: Sequence[str] = (),
        filter: str | None = None,  # noqa: A002
        hub: str | None = None,
    ) -> None:
        """Send to every connection of a group."""
        query = {"excluded": list(excluded), "filter": filter}
        await self._send(f"/groups/{_part(group)}/:send", data, query, hub)

    async def send_to_user(self, user_id: str, data: Any, *, hub: str | None = None) -> None:
        """Send to every connection of a user."""
        await self._send(f"/users/{_part(user_id)}/:send", data, {}, hub)

    async def send_to_connection(
        self, connection_id: str, data: Any, *, hub: str | None = None
    ) -> None:
        """Send to one connection."""
        await self._send(f"/connections/{_part(connection_id)}/:send", data, {}, hub)

    async def add_connection_to_group(
        self, group: str, connection_id: str, *, hub: str | None = None
    ) -> None:
        """Put a connection into a group."""
        await self._do("PUT", f"/groups/{_part(group)}/connections/{_part(connection_id)}", hub)

    async def remove_connection_from_group(
        self, group: str, connection_id: str, *, hub: str | None = None
    ) -> None:
        """Take a connection out of a group."""
        await self._do("DELETE", f"/groups/{_part(group)}/connections/{_part(connection_id)}", hub)

    async def add_user_to_group(self, group: str, user_id: str, *, hub: str | None = None) -> None:
        """Put every connection of a user into a group."""
        await self._do("PUT", f"/users/{_part(user_id)}/groups/{_part(group)}", hub)

    async def remove_user_from_group(
        self, group: str, user_id: str, *, hub: str | None = None
    ) -> None:
        """Take every connection of a user out of a group."""
        await self._do("DELETE", f"/users/{_part(user_id)}/groups/{_part(group)}", hub)

    async def close_connection(
        self, connection_id: str, *, reason: str = "", hub: str | None = None
    ) -> None:
        """End a connection."""
        path, query = f"/connections/{_part(connection_id)}", {"reason": reason or None}
        await self._do("DELETE", path, hub, query)

    async def close_all_connections(self, *, reason: str = "", hub: str | None = None) -> None:
        """End every connection of the hub."""
        await self._do("POST", "/:closeConnections", hub, {"reason": reason or None})

    async def grant_permission(
        self, permission: str, connection_id: str, group: str, *, hub: str | None = None
    ) -> None:
        """Let a connection do something with a group: ``sendToGroup`` or ``joinLeaveGroup``."""
        path = f"/permissions/{_part(permission)}/connections/{_part(connection_id)}"
        await self._do("PUT", path, hub, {"targetName": group})

    async def revoke_permission(
        self, permission: str, connection_id: str, group: str, *, hub: str | None = None
    ) -> None:
        """Take that back."""
        path = f"/permissions/{_part(permission)}/connections/{_part(connection_id)}"
        await self._do("DELETE", path, hub, {"targetName": group})

    async def connection_exists(self, connection_id: str, *, hub: str | None = None) -> bool:
        """Whether there is such a connection."""
        return await self._is_there(f"/connections/{_part(connection_id)}", hub)

    async def user_exists(self, user_id: str, *, hub: str | None = None) -> bool:
        """Whether a user has a connection."""
        return await self._is_there(f"/users/{_part(user_id)}", hub)

    async def group_exists(self, group: str, *, hub: str | None = None) -> bool:
        """Whether anybody is in a group."""
        return await self._is_there(f"/groups/{_part(group)}", hub)

    async def _send(self, path: str, data: Any, query: Mapping[str, Any], hub: str | None) -> None:
        _check(f"POST {path}", await self.call("POST", path, hub=hub, query=query, data=data))

    async def _do(
        self, method: str, path: str, hub: str | None, query: Mapping[str, Any] | None = None
    ) -> None:
        _check(f"{method} {path}", await self.call(method, path, hub=hub, query=query))

    async def _is_there(self, path: str, hub: str | None) -> bool:
        response = await self.call("HEAD", path, hub=hub)
        if response.status != 404:
            _check(f"HEAD {path}", response)
        return response.status == 200


def _with(target: str, query: Mapping[str, Any]) -> str:
    pairs = {name: value for name, value in query.items() if value}
    return f"{target}?{urlencode(pairs, doseq=True)}"


def _part(text: str) -> str:
    return quote(text, safe="")


def _check(call: str, response: Response) -> None:
    if response.status >= 300:
        raise ServiceRefused(call, response)
