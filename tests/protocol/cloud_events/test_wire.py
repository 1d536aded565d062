"""Values of requests and answers, and the reading of headers."""

import pytest

from webpubsub.protocol.cloud_events.wire import (
    ReceivedHeaders,
    WebhookAnswer,
    last_value,
    media_type,
    values,
)

HEADERS = [("ce-Id", "1"), ("X", "y"), ("CE-ID", "2")]


def test_headers_are_found_in_any_letter_case() -> None:
    """All values of a header are found in order, and the last one can be had alone."""
    assert values(HEADERS, "ce-id") == ["1", "2"]
    assert last_value(HEADERS, "Ce-iD") == "2"
    assert last_value(HEADERS, "absent") is None


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("text/plain", "text/plain"),
        ("Text/PLAIN ; charset=UTF-8", "text/plain"),
        ("application/json;", "application/json"),
        ("", ""),
    ],
)
def test_media_type(content_type: str, expected: str) -> None:
    """Parameters, blanks and letter case do not count."""
    assert media_type(content_type) == expected


@pytest.mark.parametrize(
    ("status", "succeeded"), [(199, False), (200, True), (204, True), (299, True), (300, False)]
)
def test_success(status: int, succeeded: bool) -> None:
    """Every 2xx is a success and nothing else is."""
    assert WebhookAnswer(status=status).succeeded is succeeded


def test_received_headers() -> None:
    """A mapping like any other, by the first spelling of each name."""
    lines = [("A-b", "1"), ("Host", "h"), ("a-B", "2"), ("Age", "3")]
    headers = ReceivedHeaders(lines, without=frozenset({"age"}))
    assert headers == {"A-b": ["1", "2"], "Host": ["h"]}
    assert list(headers) == ["A-b", "Host"]
    assert len(headers) == 2
    assert repr(headers) == "{'A-b': ['1', '2'], 'Host': ['h']}"
    assert headers.get("a-b") is None
