"""Answers of the page's own server: JSON, files and refusals, with headers that keep others out."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import msgspec
from aiohttp import hdrs, web

_POLICY = (
    "default-src 'self'; connect-src 'self' {sockets}; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_AUTHORITY = re.compile(r"[\w.\-\[\]:]+", re.ASCII)
_encode = msgspec.json.Encoder(enc_hook=str).encode


class BadCall(Exception):
    """What the page asked for cannot be done; the text says why and what would be right."""

    def __init__(self, text: str, status: int = 400) -> None:
        super().__init__(text)
        self.status = status


def shown(value: Any, status: int = 200) -> web.Response:
    """JSON."""
    return web.Response(body=_encode(value), content_type="application/json", status=status)


def refused(text: str, status: int) -> web.Response:
    """JSON that says what is wrong."""
    return shown({"error": text}, status)


def protect(request: web.BaseRequest, response: web.StreamResponse, endpoint: str) -> None:
    """Set the headers of every answer: nothing from elsewhere is loaded, and nobody else may
    embed, read or keep it. Test clients connect to the ``endpoint`` of the service."""
    response.headers.update(_HEADERS)
    host = request.headers.get(hdrs.HOST, "")
    hosts = {urlsplit(endpoint).netloc, host if _AUTHORITY.fullmatch(host) else ""} - {""}
    sockets = " ".join(f"ws://{one} wss://{one}" for one in sorted(hosts))
    response.headers["Content-Security-Policy"] = _POLICY.format(sockets=sockets)


def encoded(value: Any) -> bytes:
    """A value as JSON."""
    return _encode(value)
