"""The headers of every answer."""

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from webpubsub.dashboard.answers import encoded, protect, refused


def _policy(host: str, endpoint: str = "http://127.0.0.1:8080") -> dict[str, str]:
    response = web.Response()
    protect(make_mocked_request("GET", "/", headers={"Host": host}), response, endpoint)
    parts = response.headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


def test_nothing_from_elsewhere() -> None:
    """Neither scripts, nor frames, nor forms."""
    policy = _policy("127.0.0.1:8080")
    assert policy["default-src"] == "'self'"
    assert policy["frame-ancestors"] == policy["base-uri"] == policy["form-action"] == "'none'"


def test_clients_may_connect_to_the_service() -> None:
    """Under the name of the page, and under its own."""
    sources = _policy("localhost:8080")["connect-src"].split()
    assert sources == [
        "'self'",
        *("ws://127.0.0.1:8080", "wss://127.0.0.1:8080"),
        *("ws://localhost:8080", "wss://localhost:8080"),
    ]


@pytest.mark.parametrize("host", ["127.0.0.1:80; script-src *", "a b", "", "*"])
def test_a_host_cannot_change_the_policy(host: str) -> None:
    """Whoever sends it."""
    assert _policy(host)["connect-src"] == "'self' ws://127.0.0.1:8080 wss://127.0.0.1:8080"
    assert "script-src" not in _policy(host)


def test_the_other_headers() -> None:
    """Nobody else may embed, read, guess the type of, or keep an answer."""
    response = refused("no", 403)
    request = make_mocked_request("GET", "/", headers={"Host": "127.0.0.1:8080"})
    protect(request, response, "http://127.0.0.1:8080")
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Referrer-Policy"] == "no-referrer"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"


def test_anything_can_be_told() -> None:
    """What JSON has no form for is told in words."""
    assert encoded({"a": 3j}) == b'{"a":"3j"}'
