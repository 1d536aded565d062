"""What spans say of HTTP, by OpenTelemetry's semantic conventions for it."""

from collections.abc import Callable

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import SpanKind, StatusCode

from tests.telemetry.exported import Exported, attributes
from webpubsub.protocol.observation import Sighting
from webpubsub.protocol.refusals import Refusal
from webpubsub.protocol.refusals.functions import KEY_MISSING, KEYS_UNREADABLE
from webpubsub.protocol.refusals.handshake import HEAD_TOO_LARGE
from webpubsub.protocol.refusals.webhooks import TIMEOUT
from webpubsub.protocol.trace_context import SpanContext
from webpubsub.telemetry import http_spans
from webpubsub.telemetry.recorder import SpanRecorder

SEEN = Sighting(None, SpanContext("a" * 32, "b" * 16), 100.0, 7.0)


def span_of(*steps: Callable[[SpanRecorder], None]) -> ReadableSpan:
    """The only span that comes of these."""
    exported = Exported()
    recorder = SpanRecorder(exported.tracing.provider)
    for step in steps:
        step(recorder)
    (span,) = exported.spans
    return span


def request(
    status: int, refusal: Refusal | None = None, method: str = "GET", route: str | None = None
) -> ReadableSpan:
    return span_of(
        lambda recorder: http_spans.begin_request(recorder, SEEN, method, "/api/f/1"),
        lambda recorder: http_spans.name_request(recorder, SEEN, method, route),
        lambda recorder: http_spans.end_request(recorder, SEEN, status, refusal),
    )


@pytest.mark.parametrize(
    ("status", "refusal", "error"),
    [
        (200, None, None),
        (404, None, None),
        (401, KEY_MISSING.refuse("no key"), None),
        (500, None, "500"),
        (500, KEYS_UNREADABLE.refuse("x"), KEYS_UNREADABLE.code),
    ],
)
def test_whose_fault_it_is(status: int, refusal: Refusal | None, error: str | None) -> None:
    """A client's mistake is no error of ours, and says all the same why it was refused."""
    span = request(status, refusal)
    about = attributes(span)
    assert about["http.response.status_code"] == status
    assert about.get("error.type") == error
    assert span.status.status_code is (StatusCode.ERROR if error else StatusCode.UNSET)
    assert about.get("webpubsub.refusal.code") == (refusal and refusal.kind.code)
    assert about.get("webpubsub.refusal.reason") == (refusal and refusal.describe())


@pytest.mark.parametrize(
    ("method", "route", "name", "shown"),
    [
        ("GET", None, "GET", "GET"),
        ("GET", "/api/f/{id}", "GET /api/f/{id}", "GET"),
        ("BREW", None, "HTTP", "_OTHER"),
        ("BREW", "/api/f/{id}", "HTTP /api/f/{id}", "_OTHER"),
    ],
)
def test_names_are_few(method: str, route: str | None, name: str, shown: str) -> None:
    """They name the route and never the path, which is an attribute."""
    span = request(200, None, method, route)
    assert (span.name, span.kind) == (name, SpanKind.SERVER)
    about = attributes(span)
    assert (about["http.request.method"], about.get("http.route")) == (shown, route)
    assert (about["url.path"], about["url.scheme"]) == ("/api/f/1", "http")


def test_what_is_turned_away() -> None:
    """Has neither a method nor a duration."""
    refusal = HEAD_TOO_LARGE.refuse("more than 10 bytes")
    span = span_of(lambda recorder: http_spans.turned_away(recorder, SEEN, "", refusal))
    assert (span.name, span.start_time) == ("HTTP", span.end_time)
    assert attributes(span)["http.response.status_code"] == 431
    assert attributes(span)["webpubsub.refusal.code"] == HEAD_TOO_LARGE.code
    assert span.status.status_code is StatusCode.UNSET


@pytest.mark.parametrize(
    ("url", "address", "port"),
    [
        ("http://a/eh", "a", 80),
        ("https://a.example/eh", "a.example", 443),
        ("http://a:7071/eh", "a", 7071),
        ("http://a:x/eh", None, None),
    ],
)
def test_whom_we_call(url: str, address: str | None, port: int | None) -> None:
    """By address and port, if the URL has them."""
    span = span_of(
        lambda recorder: http_spans.begin_call(recorder, SEEN, "POST", url, {"user.id": "ann"}),
        lambda recorder: http_spans.end_call(recorder, SEEN, 204, 1, None),
    )
    about = attributes(span)
    assert (span.name, span.kind) == ("POST", SpanKind.CLIENT)
    assert (about.get("server.address"), about.get("server.port")) == (address, port)
    assert (about["url.full"], about["user.id"]) == (url, "ann")
    assert about["http.response.status_code"] == 204
    assert about["http.request.resend_count"] == 0


def test_a_call_without_an_answer() -> None:
    """Says why, and how often it was tried again."""
    span = span_of(
        lambda recorder: http_spans.begin_call(recorder, SEEN, "POST", "http://a"),
        lambda recorder: http_spans.end_call(recorder, SEEN, None, 3, TIMEOUT.refuse("none")),
    )
    about = attributes(span)
    assert (about["error.type"], about["http.request.resend_count"]) == (TIMEOUT.code, 2)
    assert "http.response.status_code" not in about
    assert span.status.status_code is StatusCode.ERROR
