"""Which web pages of other origins may call functions.

Specification: functions-python section 5.5.
"""

from collections.abc import Mapping

import pytest

from webpubsub.host.errors import HostError
from webpubsub.host.extensions.http.cors import CorsPolicy

_PAGE = "http://page.example:3000"


@pytest.mark.parametrize(
    ("origins", "credentials", "origin", "answer"),
    [
        (None, False, _PAGE, {}),
        ("", False, _PAGE, {}),
        ("*", False, _PAGE, {"Access-Control-Allow-Origin": "*"}),
        (_PAGE, False, None, {}),
        (_PAGE, False, "http://other.example", {"Vary": "Origin"}),
        ("http://[::1]:3000", False, "http://::1:3000", {"Vary": "Origin"}),
        (
            "http://[::1]:3000",
            False,
            "http://[::1]:3000",
            {"Access-Control-Allow-Origin": "http://[::1]:3000", "Vary": "Origin"},
        ),
        (
            f"http://a.example, {_PAGE}/",
            False,
            _PAGE,
            {"Access-Control-Allow-Origin": _PAGE, "Vary": "Origin"},
        ),
        (
            _PAGE.upper(),
            True,
            _PAGE,
            {
                "Access-Control-Allow-Origin": _PAGE,
                "Vary": "Origin",
                "Access-Control-Allow-Credentials": "true",
            },
        ),
    ],
)
def test_only_named_origins_are_allowed(
    origins: str | None, credentials: bool, origin: str | None, answer: Mapping[str, str]
) -> None:
    """An answer carries the headers of the policy, and none for an origin that is not named."""
    request = {"Origin": origin} if origin else {}
    assert CorsPolicy.parse(origins, credentials).headers(request.get) == answer


def test_a_preflight_request_is_answered_with_what_it_asks_for() -> None:
    """Methods and headers are allowed to an origin that is."""
    request = {
        "Origin": _PAGE,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "x-a,x-b",
    }
    assert CorsPolicy.parse("*").preflight("OPTIONS", request.get) == {
        "Access-Control-Allow-Origin": "*",
        "Access-Control-Allow-Methods": "PUT",
        "Access-Control-Allow-Headers": "x-a,x-b",
    }
    for headers in ({}, {"Access-Control-Request-Headers": ""}):
        plain = {"Origin": _PAGE, "Access-Control-Request-Method": "PUT", **headers}
        answer = CorsPolicy.parse("*").preflight("OPTIONS", plain.get)
        assert answer is not None
        assert "Access-Control-Allow-Headers" not in answer
    assert CorsPolicy.parse("http://other.example").preflight("OPTIONS", request.get) == {
        "Vary": "Origin"
    }


@pytest.mark.parametrize(
    ("origins", "method", "request_headers"),
    [
        (None, "OPTIONS", {"Origin": _PAGE, "Access-Control-Request-Method": "PUT"}),
        ("*", "GET", {"Origin": _PAGE, "Access-Control-Request-Method": "PUT"}),
        ("*", "OPTIONS", {"Origin": _PAGE}),
        ("*", "OPTIONS", {"Access-Control-Request-Method": "PUT"}),
    ],
)
def test_other_requests_are_no_preflight_requests(
    origins: str | None, method: str, request_headers: Mapping[str, str]
) -> None:
    """A function may answer OPTIONS itself unless a browser asks the policy."""
    assert CorsPolicy.parse(origins).preflight(method, request_headers.get) is None


def test_credentials_for_every_origin_are_refused() -> None:
    """Such a policy would let any page act for the user."""
    for origins in ("*", f"{_PAGE}, *"):
        with pytest.raises(HostError, match="name the origins"):
            CorsPolicy.parse(origins, credentials=True)
