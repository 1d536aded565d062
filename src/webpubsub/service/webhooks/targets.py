"""Where a request goes: the URL of a webhook, taken apart once, and the bytes of requests to it.

Specification: upstream-events sections 3 and 5.
"""

import base64
from functools import lru_cache

import msgspec
from yarl import URL

from webpubsub.protocol.cloud_events.wire import WebhookRequest

_SCHEMES = ("http", "https")
#: A length is said of bodies, and of their absence where one is to be expected.
_BODILESS = frozenset({"GET", "OPTIONS"})
_AUTHORIZATION = "Authorization"


class Origin(msgspec.Struct, frozen=True):
    """A server: connections to it serve all of its URLs."""

    host: str
    port: int
    is_secure: bool


class Target(msgspec.Struct, frozen=True):
    """A URL as requests need it. ``authorization`` is of the user and password in it."""

    origin: Origin
    path: str
    host: str
    authorization: str | None = None


@lru_cache(maxsize=256)
def target_of(url: str) -> Target:
    """The target at a URL. Raises ValueError when there can be none."""
    parts = URL(url)
    if parts.scheme not in _SCHEMES or not parts.raw_host or parts.port is None:
        raise ValueError("no URL of a server")
    return Target(
        origin=Origin(parts.raw_host, parts.port, parts.scheme == "https"),
        path=parts.raw_path_qs,
        host=parts.host_port_subcomponent or "",
        authorization=_basic(parts),
    )


def message_of(target: Target, request: WebhookRequest) -> bytes:
    """The bytes of a request. Raises ValueError when a header cannot be sent as it is."""
    lines = [f"{request.method} {target.path} HTTP/1.1", f"Host: {target.host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    lines.append("Accept: */*")
    if request.body or request.method not in _BODILESS:
        lines.append(f"Content-Length: {len(request.body)}")
    if target.authorization is not None and not _is_authorized(request):
        lines.append(f"{_AUTHORIZATION}: {target.authorization}")
    head = "\r\n".join(lines)
    breaks = len(lines) - 1
    if head.count("\n") != breaks or head.count("\r") != breaks or "\0" in head:
        raise ValueError("a line break in a header")
    return f"{head}\r\n\r\n".encode() + request.body


def _is_authorized(request: WebhookRequest) -> bool:
    return any(name == _AUTHORIZATION for name, _ in request.headers)


def _basic(url: URL) -> str | None:
    if url.user is None and url.password is None:
        return None
    credentials = f"{url.user or ''}:{url.password or ''}".encode("latin-1")
    return f"Basic {base64.b64encode(credentials).decode()}"
